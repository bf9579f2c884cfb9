#include "history/engine/duck.hpp"

#include <fmt/format.h>
#include <sys/types.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/engine/duck_impl.hpp"

// NOLINTBEGIN(readability-identifier-naming)
namespace duckdb_zstd {

struct ZSTD_DCtx_s;
ZSTD_DCtx_s* ZSTD_createDCtx();
std::size_t ZSTD_freeDCtx(ZSTD_DCtx_s* context);
std::size_t ZSTD_decompressDCtx(ZSTD_DCtx_s* context, void* to, std::size_t capacity, const void* from,
                                std::size_t size);

}  // namespace duckdb_zstd
// NOLINTEND(readability-identifier-naming)

// Its allocator's (jemalloc, under names of its own), which no setting of DuckDB reaches.
extern "C" int duckdb_je_mallctl(const char* name, void* old, std::size_t* old_size, void* value, std::size_t size);

namespace acts::history {
namespace {

// Of arenas to come, and of those that are there; where there is none of a number, it is one to come.
Result<void> keep_nothing_freed() {
  ssize_t decay_ms = 0;
  unsigned arenas = 0;
  std::size_t size = sizeof(arenas);
  int failed = duckdb_je_mallctl("arenas.narenas", &arenas, &size, nullptr, 0);
  for (const char* const kind : {"dirty", "muzzy"}) {
    failed |= duckdb_je_mallctl(fmt::format("arenas.{}_decay_ms", kind).c_str(), nullptr, nullptr, &decay_ms,
                                sizeof(decay_ms));
    for (unsigned i = 0; i < arenas; ++i) {
      const int status = duckdb_je_mallctl(fmt::format("arena.{}.{}_decay_ms", i, kind).c_str(), nullptr, nullptr,
                                           &decay_ms, sizeof(decay_ms));
      failed |= status == EFAULT ? 0 : status;
    }
  }
  if (failed != 0) return duck_error("be told to keep no memory");
  return {};
}

struct FreeContext {
  void operator()(duckdb_zstd::ZSTD_DCtx_s* context) const { duckdb_zstd::ZSTD_freeDCtx(context); }
};

ErrorCode code_of(duckdb_error_type type) {
  switch (type) {
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_OUT_OF_MEMORY:
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL: return ErrorCode::kStorage;
    case DUCKDB_ERROR_INTERRUPT: return ErrorCode::kCancelled;
    default: return ErrorCode::kBadInput;
  }
}

// Up to the first blank line: what follows is a picture of the place, or advice for DuckDB's own shell.
std::string one_line(std::string_view message) {
  message = message.substr(0, message.find("\n\n"));
  std::string line(message);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return line;
}

}  // namespace

// Instead of duckdb_zstd::ZSTD_decompress (see cmake/ActsDuckDB.cmake), which makes a context for every page of a
// column and asks the processor for its features each time: 14 us on a virtual machine, where that traps, and a fifth
// of all reading of files of a day.
[[gnu::used]] std::size_t decompress_in_kept_context(
    void* to, std::size_t capacity, const void* from,
    std::size_t size) __asm__("__wrap__ZN11duckdb_zstd15ZSTD_decompressEPvmPKvm");

std::size_t decompress_in_kept_context(void* to, std::size_t capacity, const void* from, std::size_t size) {
  thread_local const std::unique_ptr<duckdb_zstd::ZSTD_DCtx_s, FreeContext> kContext(duckdb_zstd::ZSTD_createDCtx());
  ACTS_ASSERT(kContext != nullptr);
  return duckdb_zstd::ZSTD_decompressDCtx(kContext.get(), to, capacity, from, size);
}

std::string quoted_sql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

// A path is a pattern to DuckDB if one of these is not behind a backslash; then what is in brackets stands for itself,
// and a backslash ends a folder's name.
Result<std::string> quoted_sql_path(std::string_view path) {
  constexpr std::string_view kSpecial = "*?[";
  bool is_pattern = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') {
      ++i;
    } else {
      is_pattern = is_pattern || kSpecial.contains(path[i]);
    }
  }
  if (!is_pattern) return quoted_sql_text(path);
  if (path.contains('\\')) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: a path with a backslash beside * ? or [ cannot be read: give it another name", path));
  }
  std::string out;
  for (const char c : path) {
    if (kSpecial.contains(c)) {
      out += {'[', c, ']'};
    } else {
      out += c;
    }
  }
  return quoted_sql_text(out);
}

std::unexpected<Error> duck_error(duckdb_error_type type, const char* message) {
  return fail(code_of(type), one_line(message == nullptr ? "DuckDB failed without a word" : message));
}
std::unexpected<Error> duck_error(duckdb_result& result) {
  return duck_error(duckdb_result_error_type(&result), duckdb_result_error(&result));
}
std::unexpected<Error> duck_error(std::string_view what) {
  return fail(ErrorCode::kStorage, fmt::format("DuckDB could not {}", what));
}

Duck::Duck(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Duck::~Duck() = default;

Result<std::unique_ptr<Duck>> Duck::open(const DuckOptions& options) {
  if (!options.keeps_freed) {
    if (const Result<void> told = keep_nothing_freed(); !told) return std::unexpected(told.error());
  }
  DuckConfig config;
  if (duckdb_create_config(config.out()) != DuckDBSuccess) return duck_error("be configured");
  const std::vector<std::pair<const char*, std::string>> settings{
      {"threads", fmt::format("{}", options.threads)},
      {"memory_limit", fmt::format("{}B", options.memory_bytes)},
      {"temp_directory", options.temp_directory},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_persistent_secrets", "false"},
      // A file is read once, from front to back: the kernel's cache is enough.
      {"enable_external_file_cache", "false"},
  };
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config.get(), name, value.c_str()) != DuckDBSuccess) return duck_error(name);
  }
  auto impl = std::make_unique<Impl>();
  char* message = nullptr;
  if (duckdb_open_ext(nullptr, &impl->database, config.get(), &message) != DuckDBSuccess) {
    auto error = duck_error(DUCKDB_ERROR_IO, message);
    duckdb_free(message);
    return error;
  }
  if (duckdb_connect(impl->database, &impl->connection) != DuckDBSuccess) return duck_error("be connected to");
  std::unique_ptr<Duck> duck(new Duck(std::move(impl)));
  // Whatever the machine's own is: catalog times are UTC.
  if (Result<void> set = duck->run("SET TimeZone = 'UTC'"); !set) return std::unexpected(set.error());
  // As part of the configuration it is told back, and does not bind (v1.5.6).
  const Result<void> limited = duck->run(fmt::format("SET max_temp_directory_size = '{}B'", options.spill_bytes));
  if (!limited) return std::unexpected(limited.error());
  return duck;
}

Result<void> Duck::run(const std::string& sql) {
  DuckResult result;
  if (duckdb_query(impl_->connection, sql.c_str(), result.out()) != DuckDBSuccess) return duck_error(*result.out());
  return {};
}

Result<std::vector<Duck::Texts>> Duck::texts(const std::string& sql, std::size_t most) {
  DuckResult result;
  const std::string as_text = fmt::format("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n{}\n)", sql);
  if (duckdb_query(impl_->connection, as_text.c_str(), result.out()) != DuckDBSuccess) return duck_error(*result.out());
  const idx_t columns = duckdb_column_count(result.out());
  std::vector<Texts> rows;
  for (;;) {
    const DuckChunk chunk(duckdb_fetch_chunk(result.get()));
    if (chunk.get() == nullptr) return rows;
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk.get()) && rows.size() < most; ++row) {
      Texts& texts = rows.emplace_back();
      for (idx_t column = 0; column < columns; ++column) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), column);
        std::uint64_t* const validity = duckdb_vector_get_validity(vector);
        if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) {
          texts.emplace_back();
          continue;
        }
        duckdb_string_t& text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector))[row];
        texts.emplace_back(std::string(duckdb_string_t_data(&text), duckdb_string_t_length(text)));
      }
    }
  }
}

Result<std::int64_t> Duck::integer(const std::string& sql) {
  const auto rows = texts(sql, 1);
  if (!rows) return std::unexpected(rows.error());
  ACTS_ASSERT(!rows->empty() && !rows->front().empty() && rows->front().front());
  const std::string& text = *rows->front().front();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  ACTS_ASSERT(error == std::errc{} && end == text.data() + text.size());
  return value;
}

void Duck::interrupt() noexcept { duckdb_interrupt(impl_->connection); }

std::string Duck::version() { return fmt::format("DuckDB {}", duckdb_library_version()); }

}  // namespace acts::history
