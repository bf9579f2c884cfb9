#include "history/engine/select.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "acts/base/ratio.hpp"

#include "history/engine/duck_impl.hpp"
#include "history/engine/interrupt_watch.hpp"
#include "history/table/row_text.hpp"

namespace acts::history {
namespace {

using nlohmann::json;

// DuckDB's parser tells a statement as JSON: every table function in it is an object of this type. What it does not
// tell as JSON is no SELECT. Some table functions change settings in spite of the lock on them, or write files past the
// fence (enable_profiling, enable_logging), and query() hides another statement in a text: so only named ones are
// taken.
const json* forbidden_function(const json& node, std::span<const std::string> allowed) {
  if (node.is_object()) {
    const auto type = node.find("type");
    const auto function = node.find("function");
    if (type != node.end() && *type == "TABLE_FUNCTION" && function != node.end()) {
      const json& name = function->at("function_name");
      if (std::ranges::find(allowed, name.get<std::string>()) == allowed.end()) return &name;
    }
  }
  if (!node.is_structured()) return nullptr;
  for (const json& child : node) {
    if (const json* found = forbidden_function(child, allowed); found != nullptr) return found;
  }
  return nullptr;
}

// UnixNanos ends in 2262, DuckDB's times do not.
std::optional<std::int64_t> micros_of(std::int64_t value, duckdb_type type) {
  constexpr std::int64_t kMost = 9'000'000'000'000'000;
  if (type == DUCKDB_TYPE_TIMESTAMP_S && std::abs(value) < kMost / 1'000'000) return value * 1'000'000;
  if (type == DUCKDB_TYPE_TIMESTAMP_MS && std::abs(value) < kMost / 1000) return value * 1000;
  const bool is_micros = type == DUCKDB_TYPE_TIMESTAMP || type == DUCKDB_TYPE_TIMESTAMP_TZ;
  if (is_micros && value > -kMost && value < kMost) return value;
  return std::nullopt;
}

std::string double_text(double value) {
  if (std::isfinite(value)) return shortest_text(value);
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

struct ColumnKind {
  duckdb_type type = DUCKDB_TYPE_VARCHAR;
  duckdb_type stored = DUCKDB_TYPE_VARCHAR;  // of decimals
  int scale = 0;
};

CellForm form_of(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return CellForm::kFlag;
    case DUCKDB_TYPE_DECIMAL: return CellForm::kExact;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT: return CellForm::kWhole;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE: return CellForm::kNumber;
    default: return CellForm::kText;
  }
}

bool is_time(duckdb_type type) {
  return type == DUCKDB_TYPE_TIMESTAMP || type == DUCKDB_TYPE_TIMESTAMP_S || type == DUCKDB_TYPE_TIMESTAMP_MS ||
         type == DUCKDB_TYPE_TIMESTAMP_TZ;
}

// Others are asked for as text.
bool is_ours_to_write(duckdb_type type) {
  return type == DUCKDB_TYPE_VARCHAR || is_time(type) || form_of(type) != CellForm::kText;
}

template <typename T>
T at(const void* data, idx_t row) {
  return static_cast<const T*>(data)[row];
}

int128 whole_number(const void* data, idx_t row, duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_TINYINT: return at<std::int8_t>(data, row);
    case DUCKDB_TYPE_SMALLINT: return at<std::int16_t>(data, row);
    case DUCKDB_TYPE_INTEGER: return at<std::int32_t>(data, row);
    case DUCKDB_TYPE_UTINYINT: return at<std::uint8_t>(data, row);
    case DUCKDB_TYPE_USMALLINT: return at<std::uint16_t>(data, row);
    case DUCKDB_TYPE_UINTEGER: return at<std::uint32_t>(data, row);
    case DUCKDB_TYPE_UBIGINT: return at<std::uint64_t>(data, row);
    case DUCKDB_TYPE_HUGEINT: return from_hugeint(at<duckdb_hugeint>(data, row));
    default: return at<std::int64_t>(data, row);
  }
}

std::string cell_text(void* data, idx_t row, const ColumnKind& kind) {
  if (is_time(kind.type)) {
    const auto micros = micros_of(at<std::int64_t>(data, row), kind.type);
    return micros ? time_text(*micros) : "out of range";
  }
  switch (kind.type) {
    case DUCKDB_TYPE_BOOLEAN: return at<bool>(data, row) ? "true" : "false";
    case DUCKDB_TYPE_DECIMAL: return to_string(Decimal{whole_number(data, row, kind.stored), kind.scale});
    case DUCKDB_TYPE_FLOAT: return double_text(static_cast<double>(at<float>(data, row)));
    case DUCKDB_TYPE_DOUBLE: return double_text(at<double>(data, row));
    case DUCKDB_TYPE_VARCHAR: {
      duckdb_string_t& text = static_cast<duckdb_string_t*>(data)[row];
      return {duckdb_string_t_data(&text), duckdb_string_t_length(text)};
    }
    default: return to_string(Decimal{whole_number(data, row, kind.type), 0});
  }
}

// Errors of a statement that is prepared or under way tell no type, but begin with its name. DuckDB's advice is to
// change settings, which nobody can here.
duckdb_error_type type_of(std::string_view message) {
  if (message.starts_with("Out of Memory Error")) return DUCKDB_ERROR_OUT_OF_MEMORY;
  if (message.starts_with("IO Error")) return DUCKDB_ERROR_IO;
  return message.starts_with("INTERNAL Error") ? DUCKDB_ERROR_INTERNAL : DUCKDB_ERROR_INVALID;
}

std::unexpected<Error> select_error(const char* message) {
  const std::string_view text = message == nullptr ? "" : message;
  const duckdb_error_type type = type_of(text);
  if (type != DUCKDB_ERROR_OUT_OF_MEMORY) return duck_error(type, message);
  return fail(
      ErrorCode::kStorage,
      text.contains("max_temp_directory_size")
          ? "it needs more temporary space than it may take: ask for less, or acts query for it with more --spill"
          : "it needs more memory than it may take: ask for less, or acts query for it with more --memory");
}

}  // namespace

struct SelectRows::Impl {
  // In the order in which they must go, the last first.
  DuckStatement statement;
  DuckPending pending;
  DuckResult result;
  DuckChunk chunk;

  Duck* duck = nullptr;
  std::function<bool()> is_cancelled;
  std::vector<SelectColumn> columns;
  std::vector<ColumnKind> kinds;
  idx_t row = 0;
  idx_t rows = 0;
  bool has_ended = false;
  std::optional<InterruptWatch> watch;  // the first to go

  [[nodiscard]] std::unexpected<Error> interrupted() const { return fail(ErrorCode::kCancelled, "interrupted"); }

  // Of DuckDB's errors: an interrupt may come as one of another kind, out of whatever it has ended.
  [[nodiscard]] std::unexpected<Error> failed(const char* message) const {
    return is_cancelled() ? interrupted() : select_error(message);
  }

  Result<void> prepare(const std::string& sql) {
    if (duckdb_prepare(duck->impl().connection, sql.c_str(), statement.out()) == DuckDBSuccess) return {};
    return failed(duckdb_prepare_error(statement.get()));
  }

  // Columns of types that only DuckDB can write are asked for as texts, the others stay as they are.
  Result<void> prepare_texts(const std::string& sql) {
    if (Result<void> prepared = prepare(sql); !prepared) return prepared;
    std::string names;
    std::string list;
    bool as_it_is = true;
    for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement.get()); ++i) {
      const char* const name = duckdb_prepared_statement_column_name(statement.get(), i);
      const duckdb_type type = duckdb_prepared_statement_column_type(statement.get(), i);
      const bool is_ours = is_ours_to_write(type);
      as_it_is = as_it_is && is_ours;
      columns.push_back({name, form_of(type)});
      const char* const comma = i == 0 ? "" : ", ";
      names += fmt::format("{}c{}", comma, i);
      list += is_ours ? fmt::format("{}c{}", comma, i) : fmt::format("{}CAST(c{} AS VARCHAR)", comma, i);
      duckdb_free(const_cast<char*>(name));  // NOLINT(cppcoreguidelines-pro-type-const-cast): so DuckDB has it
    }
    if (as_it_is) return {};
    statement.reset();
    return prepare(fmt::format("SELECT {} FROM (\n{}\n) AS q({})", list, sql, names));
  }

  Result<void> execute() {
    if (duckdb_pending_prepared_streaming(statement.get(), pending.out()) != DuckDBSuccess) {
      return failed(duckdb_pending_error(pending.get()));
    }
    for (;;) {
      if (is_cancelled()) return interrupted();
      const duckdb_pending_state state = duckdb_pending_execute_task(pending.get());
      if (state == DUCKDB_PENDING_ERROR) return failed(duckdb_pending_error(pending.get()));
      if (duckdb_pending_execution_is_finished(state)) break;
    }
    if (duckdb_execute_pending(pending.get(), result.out()) != DuckDBSuccess) {
      return failed(duckdb_result_error(result.out()));
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const DuckType type(duckdb_column_logical_type(result.out(), i));
      ColumnKind& kind = kinds.emplace_back();
      kind.type = duckdb_get_type_id(type.get());
      if (kind.type != DUCKDB_TYPE_DECIMAL) continue;
      kind.stored = duckdb_decimal_internal_type(type.get());
      kind.scale = duckdb_decimal_scale(type.get());
    }
    return {};
  }
};

SelectRows::SelectRows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SelectRows::~SelectRows() = default;
SelectRows::SelectRows(SelectRows&&) noexcept = default;
SelectRows& SelectRows::operator=(SelectRows&&) noexcept = default;

Result<SelectRows> SelectRows::start(Duck& duck, const std::string& select, std::function<bool()> is_cancelled) {
  auto impl = std::make_unique<Impl>();
  impl->duck = &duck;
  impl->is_cancelled = std::move(is_cancelled);
  impl->watch.emplace(duck, impl->is_cancelled);
  if (Result<void> prepared = impl->prepare_texts(select); !prepared) return std::unexpected(prepared.error());
  if (Result<void> begun = impl->execute(); !begun) return std::unexpected(begun.error());
  return SelectRows(std::move(impl));
}

const std::vector<SelectColumn>& SelectRows::columns() const { return impl_->columns; }

Result<bool> SelectRows::next(std::vector<std::optional<std::string>>& cells) {
  Impl& impl = *impl_;
  while (impl.row == impl.rows) {
    if (impl.has_ended) return false;
    if (impl.is_cancelled()) return impl.interrupted();
    impl.chunk.reset(duckdb_fetch_chunk(*impl.result.out()));
    if (impl.chunk.get() == nullptr) {
      // The end, or none that anybody may take for it.
      if (impl.is_cancelled()) return impl.interrupted();
      const char* const message = duckdb_result_error(impl.result.out());
      if (message != nullptr && *message != '\0') return select_error(message);
      impl.has_ended = true;
      return false;
    }
    impl.row = 0;
    impl.rows = duckdb_data_chunk_get_size(impl.chunk.get());
  }
  cells.resize(impl.kinds.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(impl.chunk.get(), i);
    std::uint64_t* const validity = duckdb_vector_get_validity(vector);
    const bool is_null = validity != nullptr && !duckdb_validity_row_is_valid(validity, impl.row);
    cells[i].reset();
    if (!is_null) cells[i] = cell_text(duckdb_vector_get_data(vector), impl.row, impl.kinds[i]);
  }
  ++impl.row;
  return true;
}

Result<std::string> reading_select(Duck& duck, const std::string& sql, const std::vector<std::string>& allowed) {
  const auto told = duck.texts(fmt::format("SELECT json_serialize_sql({})", quoted_sql_text(sql)));
  if (!told) return std::unexpected(told.error());
  const std::string& text = told->at(0).at(0).value_or("{}");
  const json tree = json::parse(text, nullptr, false);
  if (!tree.is_object() || tree.value("error", true)) {
    const std::string message = tree.is_object() ? tree.value("error_message", "") : "";
    if (message.starts_with("Only SELECT")) {
      return fail(ErrorCode::kUsage, "only one SELECT is taken: this reads, and changes nothing");
    }
    return fail(ErrorCode::kBadInput, message.empty() ? "it is no SQL" : message.substr(0, message.find('\n')));
  }
  const json& statements = tree.at("statements");
  if (statements.size() != 1) {
    return fail(ErrorCode::kUsage, "only one SELECT is taken; a PIVOT needs its values: PIVOT ... ON x IN (...)");
  }
  if (const json* const function = forbidden_function(tree, allowed); function != nullptr) {
    return fail(ErrorCode::kUsage, fmt::format("the function {}() is not taken: only {} are",
                                               function->get<std::string>(), fmt::join(allowed, ", ")));
  }
  const auto again = duck.texts(fmt::format("SELECT json_deserialize_sql({})", quoted_sql_text(text)));
  if (!again) return std::unexpected(again.error());
  return again->at(0).at(0).value_or("");
}

}  // namespace acts::history
