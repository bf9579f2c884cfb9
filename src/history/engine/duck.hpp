// DuckDB as values: a database in memory and one connection to it. Errors say what to do, in one line. Not thread-safe,
// but for interrupt(), and for the rows of open queries (open_query()), each of which may be read on its own thread.
// Nothing of DuckDB shows here: only engine/ includes its header.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

namespace acts::history {

struct DuckOptions {
  // Of DuckDB's own buffers; row groups that are being written come on top, some 100 MiB at most.
  std::uint64_t memory_bytes = std::uint64_t{512} << 20;
  // 1: the same statement gives the same bytes.
  int threads = 1;
  // Where it puts what does not fit the memory; empty: nowhere, the statement fails.
  std::string temp_directory;
  // Of that; a statement that needs more fails.
  std::uint64_t spill_bytes = std::uint64_t{16} << 30;
  // Memory that it frees stays with the process for a second, for what comes next. Without it goes back at once: 8 %
  // more of its time, and a peak that neither the machine's load nor how long it has run alters. Once without, it is so
  // for every database of the process.
  bool keeps_freed = true;
};

// 'it''s'
std::string quoted_sql_text(std::string_view text);

// For read_csv() and read_parquet(), which take * ? [ in a path for a pattern: this one file, quoted. Errors: kUsage: a
// backslash beside these, which nothing would make of this file alone.
Result<std::string> quoted_sql_path(std::string_view path);

class Duck {
 public:
  struct Impl;

  // No extension is ever loaded from outside. Errors: kStorage.
  static Result<std::unique_ptr<Duck>> open(const DuckOptions& options);
  ~Duck();
  Duck(const Duck&) = delete;
  Duck& operator=(const Duck&) = delete;

  // Statements whose rows, if any, do not matter. Errors: kStorage (disk, memory), kBadInput (all others), kCancelled.
  Result<void> run(const std::string& sql);
  // The first `most` rows, as DuckDB writes values as text; nothing for NULL. For small results. Errors: as run().
  using Texts = std::vector<std::optional<std::string>>;
  Result<std::vector<Texts>> texts(const std::string& sql, std::size_t most = 10'000);
  // The first value of the first row, which must be there.
  Result<std::int64_t> integer(const std::string& sql);

  // From any thread: what runs now ends soon, with kCancelled.
  void interrupt() noexcept;
  // "DuckDB v1.5.6"
  static std::string version();

  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  explicit Duck(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts::history
