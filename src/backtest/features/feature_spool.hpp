// Rows of stored features, put aside once in the order of their times, for any number of runs over them: however many
// there are, kMostInMemory numbers of them are in memory and the others on the disk, 8 bytes each, in a file without a
// name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/import/nameless_file.hpp"

namespace acts::backtest {

struct FeatureRow {
  UnixNanos ts = {};
  std::vector<double> values = {};  // NaN: unknown
};

class FeatureSpool {
 public:
  static constexpr std::size_t kMostInMemory = 131'072;

  // Rows have so many values. `folder`: of the file; empty: that of temporary files. `most_in_memory`: for tests.
  explicit FeatureSpool(std::size_t columns, std::string folder = {}, std::size_t most_in_memory = kMostInMemory);

  // Later than the one before (asserted). Errors: kStorage, naming the folder; final.
  Result<void> add(const FeatureRow& row);
  // All are added.
  [[nodiscard]] std::uint64_t size() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::optional<UnixNanos> last() const { return last_; }
  // In memory now: at most as many numbers as the constructor says, or a row.
  [[nodiscard]] std::size_t held() const { return waiting_.size(); }

  // Some rows, one behind the other.
  class Block {
   public:
    [[nodiscard]] std::size_t size() const { return rows_; }
    [[nodiscard]] UnixNanos ts(std::size_t i) const;
    [[nodiscard]] double value(std::size_t i, std::size_t column) const;

   private:
    friend class FeatureSpool;
    std::size_t rows_ = 0;
    std::size_t width_ = 1;
    std::vector<std::uint64_t> words_ = {};
  };
  // From the row with this number on, `most` at most. Once all are added any number of threads may read. Errors:
  // kStorage.
  Result<void> read(std::uint64_t number, std::size_t most, Block& into) const;

 private:
  Result<void> write();

  std::size_t columns_;
  std::string folder_;
  std::size_t most_rows_;               // in memory
  std::vector<std::uint64_t> waiting_;  // the last ones, which are not in the file: a row's time, and its values
  std::shared_ptr<const history::NamelessFile> file_;
  std::uint64_t rows_ = 0;
  std::uint64_t written_ = 0;  // of them
  std::optional<UnixNanos> last_;
};

}  // namespace acts::backtest
