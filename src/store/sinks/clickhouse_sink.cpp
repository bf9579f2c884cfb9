// ClickHouse over HTTP, from 18.16 on: RowBinary in gzip, and a ReplacingMergeTree, so that a row that is sent twice is
// one row.
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "store/sinks/clickhouse_type.hpp"
#include "store/sinks/http_call.hpp"
#include "store/sinks/sink.hpp"
#include "store/sinks/sink_text.hpp"
#include "store/sinks/sink_uri.hpp"
#include "store/sqlite_rows.hpp"

namespace acts {
namespace {

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string quoted_name(std::string_view name) { return fmt::format("`{}`", name); }

// Without a DateTime64 (before 21) a time that is no whole second is a number of milliseconds: of times that are
// never null only those of minutes are whole.
std::string type_of(const Column& column, bool has_datetime64) {
  const auto nullable = [&column](std::string_view type) {
    return column.nullable ? fmt::format("Nullable({})", type) : std::string(type);
  };
  switch (column.type) {
    case ColumnType::kText: return nullable("String");
    case ColumnType::kTime:
      return nullable(has_datetime64                 ? "DateTime64(3, 'UTC')"
                      : column.name == "sample_time" ? "DateTime('UTC')"
                                                     : "Int64");
    case ColumnType::kDecimal: return nullable("Decimal(38, 18)");
    case ColumnType::kRatio: return nullable("Float64");
    case ColumnType::kCount: break;
  }
  return nullable("Int64");
}

// "Code: 27, e.displayText() = ..." -> 27; 0 if it does not begin so.
int exception_code(std::string_view said) {
  constexpr std::string_view kMark = "Code: ";
  const std::size_t at = said.find(kMark);
  int code = 0;
  if (at != std::string_view::npos) std::from_chars(said.data() + at + kMark.size(), said.data() + said.size(), code);
  return code;
}

ErrorCode code_of(int status, int exception) {
  // Text, number, date, time, JSON that cannot be read as its column's type, or is out of its range; a throwIf()
  // or a constraint of whoever owns the table.
  for (const int values : {6, 26, 27, 38, 41, 69, 70, 72, 395, 407, 441, 469}) {
    if (exception == values) return ErrorCode::kBadInput;
  }
  const bool refused = status == 401 || status == 403 || exception == 497 || exception == 291;
  return refused ? ErrorCode::kRefused : ErrorCode::kRetry;
}

// TabSeparated: "\N" is null, "\t" a tab.
std::optional<std::string> tsv_value(std::string_view field) {
  if (field == "\\N") return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      text += field[i];
      continue;
    }
    const char c = field[++i];
    text += c == 't' ? '\t' : c == 'n' ? '\n' : c;
  }
  return text;
}

// The fields of the next line, which is taken off; `count` of them at least.
std::vector<std::optional<std::string>> take_line(std::string_view& text, std::size_t count) {
  std::vector<std::optional<std::string>> fields;
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  while (!line.empty() || fields.size() < count) {
    const std::string_view field = line.substr(0, line.find('\t'));
    line.remove_prefix(std::min(field.size() + 1, line.size()));
    fields.push_back(tsv_value(field));
  }
  return fields;
}

class ClickhouseSink final : public Sink {
 public:
  ClickhouseSink(const SinkSettings& settings, SinkContent content, SinkLimits limits)
      : layout_(layout_of(settings, content)),
        uri_(split_uri(settings.uri)),
        table_(fmt::format("{}.{}", quoted_name(uri_.database), quoted_name(layout_.table))),
        http_(url_decoded(uri_.user), settings.password, std::move(limits)) {}

  Result<std::vector<std::string>> open(const RowSchema& schema) override;
  Result<std::vector<Refusal>> write(std::span<const MinuteRow> rows) override;
  Result<std::vector<MinuteRow>> read(const std::string& venue, const std::string& symbol) override;
  Result<void> remove(const std::string& venue, const std::string& symbol) override;
  [[nodiscard]] std::string target() const override { return fmt::format("{}, table {}", shown(uri_), layout_.table); }

 private:
  using Types = std::map<std::string, std::string, std::less<>>;  // by column
  Result<std::string> query(const std::string& sql, const std::string& rows = {}, std::string_view settings = {});
  Result<void> learn_version();
  Result<Types> types();
  Result<void> make_database(std::vector<std::string>& made);
  Result<void> make_table(std::vector<std::string>& made);
  Result<void> add_columns(const Types& there, std::vector<std::string>& made);
  Result<void> learn_forms();
  Result<void> check_engine();

  SinkLayout layout_;
  SinkUri uri_;
  std::string table_;  // quoted, with its database
  HttpCaller http_;
  bool is_modern_ = true;  // has DateTime64 and settings of our time
  RowSchema schema_;
  std::vector<ClickhouseType> forms_;  // by column of schema_
};

// The statement is in the address where rows follow, else it is the body.
Result<std::string> ClickhouseSink::query(const std::string& sql, const std::string& rows, std::string_view settings) {
  const bool has_rows = !rows.empty();
  auto answer = http_.post({.url = fmt::format("{}://{}/?{}{}{}", uri_.scheme, uri_.hosts, has_rows ? "query=" : "",
                                               has_rows ? url_encoded(sql) : "", settings),
                            .headers = {"Content-Type: application/octet-stream"},
                            .body = has_rows ? rows : sql,
                            .compress = has_rows});
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->status == 200) return std::move(answer->body);
  return fail(code_of(answer->status, exception_code(answer->body)),
              fmt::format("{} (status {})", one_line(answer->body), answer->status));
}

Result<void> ClickhouseSink::learn_version() {
  const auto version = query("SELECT version()");
  if (!version) return std::unexpected(version.error());
  int major = 0;
  std::from_chars(version->data(), version->data() + version->size(), major);
  is_modern_ = major >= 21;
  return {};
}

Result<ClickhouseSink::Types> ClickhouseSink::types() {
  const auto text = query(fmt::format("SELECT name, type FROM system.columns WHERE database = {} AND table = {}",
                                      literal(uri_.database), literal(layout_.table)));
  if (!text) return std::unexpected(text.error());
  Types types;
  for (std::string_view rest = *text; !rest.empty();) {
    auto line = take_line(rest, 2);
    types[line[0].value_or("")] = line[1].value_or("");
  }
  return types;
}

Result<void> ClickhouseSink::make_database(std::vector<std::string>& made) {
  const auto count = query(fmt::format("SELECT count() FROM system.databases WHERE name = {}", literal(uri_.database)));
  if (!count) return std::unexpected(count.error());
  if (!count->starts_with('0')) return {};
  const auto done = query(fmt::format("CREATE DATABASE IF NOT EXISTS {}", quoted_name(uri_.database)));
  if (!done) return std::unexpected(done.error());
  made.push_back(fmt::format("made database {}", uri_.database));
  return {};
}

Result<void> ClickhouseSink::make_table(std::vector<std::string>& made) {
  std::string columns;
  for (const Column& column : schema_.columns) {
    columns +=
        fmt::format("{}{} {}", columns.empty() ? "" : ", ", quoted_name(column.name), type_of(column, is_modern_));
  }
  const auto done = query(fmt::format("CREATE TABLE IF NOT EXISTS {} ({}) ENGINE = ReplacingMergeTree ORDER BY ({})",
                                      table_, columns, first_names(schema_, layout_.key_columns)));
  if (!done) return std::unexpected(done.error());
  made.push_back(fmt::format("made table {} with {} columns", layout_.table, schema_.columns.size()));
  return {};
}

Result<void> ClickhouseSink::add_columns(const Types& there, std::vector<std::string>& made) {
  for (const Column& column : schema_.columns) {
    if (there.contains(column.name)) continue;
    const auto done = query(
        fmt::format("ALTER TABLE {} ADD COLUMN {} {}", table_, quoted_name(column.name), type_of(column, is_modern_)));
    if (!done) return std::unexpected(done.error());
    made.push_back(fmt::format("added column {} to table {}", column.name, layout_.table));
  }
  return {};
}

Result<void> ClickhouseSink::learn_forms() {
  const auto there = types();
  if (!there) return std::unexpected(there.error());
  forms_.clear();
  for (const Column& column : schema_.columns) {
    const auto type = there->find(column.name);
    if (type == there->end()) return fail(ErrorCode::kRetry, fmt::format("column {} is gone", column.name));
    const auto form = clickhouse_type(column, type->second);
    if (!form) return std::unexpected(form.error());
    forms_.push_back(*form);
  }
  return {};
}

// Of a table that somebody else made: a plain MergeTree would keep every repeated row beside the first one.
Result<void> ClickhouseSink::check_engine() {
  const auto engine = query(fmt::format("SELECT engine FROM system.tables WHERE database = {} AND name = {}",
                                        literal(uri_.database), literal(layout_.table)));
  if (!engine) return std::unexpected(engine.error());
  if (!engine->contains("MergeTree") || engine->contains("Replacing")) return {};
  return fail(ErrorCode::kRefused, fmt::format("table {} is a {}, in which a row that is sent again is there twice: a "
                                               "ReplacingMergeTree is needed",
                                               layout_.table, one_line(*engine)));
}

Result<std::vector<std::string>> ClickhouseSink::open(const RowSchema& schema) {
  schema_ = schema;
  http_.close();
  std::vector<std::string> made;
  if (auto done = learn_version(); !done) return std::unexpected(std::move(done.error()));
  if (auto done = make_database(made); !done) return std::unexpected(std::move(done.error()));
  const auto there = types();
  if (!there) return std::unexpected(there.error());
  const auto done = there->empty() ? make_table(made) : add_columns(*there, made);
  if (!done) return std::unexpected(done.error());
  if (auto fits = check_engine(); !fits) return std::unexpected(std::move(fits.error()));
  if (auto learnt = learn_forms(); !learnt) return std::unexpected(std::move(learnt.error()));
  return made;
}

Result<std::vector<Refusal>> ClickhouseSink::write(std::span<const MinuteRow> rows) {
  std::vector<Refusal> refusals;
  std::string body;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t begin = body.size();
    for (std::size_t column = 0; column < forms_.size(); ++column) {
      std::string reason = append_binary(body, rows[i].values[column], forms_[column]);
      if (reason.empty()) continue;
      body.resize(begin);
      refusals.push_back({i, fmt::format("{} {}", schema_.columns[column].name, reason)});
      break;
    }
  }
  if (body.empty()) return refusals;
  std::string columns;
  for (const Column& column : schema_.columns) columns += (columns.empty() ? "" : ", ") + quoted_name(column.name);
  // An answer to an insert that waits in a buffer or a spool of the server would confirm nothing. Nor would one to a
  // block that a replicated table drops since it has had it once: a row may be stored as it was before another change.
  const auto done =
      query(fmt::format("INSERT INTO {} ({}) FORMAT RowBinary", table_, columns), body,
            fmt::format("&insert_distributed_sync=1&insert_deduplicate=0{}", is_modern_ ? "&async_insert=0" : ""));
  if (!done) return std::unexpected(done.error());
  return refusals;
}

Result<std::vector<MinuteRow>> ClickhouseSink::read(const std::string& venue, const std::string& symbol) {
  std::string columns;
  for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
    const std::string name = quoted_name(schema_.columns[i].name);
    const bool is_time = schema_.columns[i].type == ColumnType::kTime;
    std::string shown = name;
    if (is_time && forms_[i].base == ClickhouseType::kDateTime)
      shown = fmt::format("toInt64(toUInt32({})) * 1000", name);
    if (is_time && forms_[i].base == ClickhouseType::kDateTime64)
      shown = fmt::format("toUnixTimestamp64Milli(toDateTime64({}, 3))", name);
    columns += (columns.empty() ? "" : ", ") + shown;
  }
  const auto text = query(fmt::format(
      "SELECT {} FROM {} FINAL WHERE ({} = '' OR venue = {}) AND ({} = '' OR symbol = {}) ORDER BY {}", columns, table_,
      literal(venue), literal(venue), literal(symbol), literal(symbol), layout_.time_column));
  if (!text) return std::unexpected(text.error());
  std::vector<MinuteRow> rows;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto fields = take_line(rest, schema_.columns.size());
    MinuteRow& row = rows.emplace_back();
    for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
      auto value = fields[i] ? parse_value(schema_.columns[i], *fields[i]) : Result<Value>(Value{});
      if (!value) return std::unexpected(std::move(value.error()));
      row.values.push_back(std::move(*value));
    }
  }
  return rows;
}

Result<void> ClickhouseSink::remove(const std::string& venue, const std::string& symbol) {
  const auto done = query(
      fmt::format("ALTER TABLE {} DELETE WHERE venue = {} AND symbol = {}", table_, literal(venue), literal(symbol)));
  return done ? Result<void>() : std::unexpected(done.error());
}

}  // namespace

std::unique_ptr<Sink> make_clickhouse_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits) {
  return std::make_unique<ClickhouseSink>(settings, content, std::move(limits));
}

}  // namespace acts
