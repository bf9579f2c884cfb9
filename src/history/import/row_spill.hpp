// Rows of several data sets put aside, each set's in the order of their coming, so that a file that holds them mixed is
// read once. On the disk, some 20 bytes a row, in a file without a name, which is gone with its last user however
// that ends; in memory kMostBuffered at most. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/nameless_file.hpp"
#include "history/import/row_reader.hpp"
#include "history/import/source_name.hpp"

namespace acts::history {

class RowSpill {
 public:
  static constexpr std::size_t kMostBuffered = std::size_t{64} << 20;
  // More of a set at once go to the disk by themselves.
  static constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

  // On the disk of `folder`. A set is told by its place among `sets`. Errors of all: kStorage.
  static Result<RowSpill> create(const std::string& folder, const std::vector<DataSet>& sets);

  // `place`: as RowReader::place().
  Result<void> add(std::size_t set, const Row& row, std::uint64_t place);
  // What cannot be taken: RowReader::Bad.
  Result<void> add_bad(std::size_t set, const RowReader::Bad& bad, std::uint64_t place);
  // Behind the last of them.
  Result<void> finish();

  // All of one set, as they were added; may be asked for again, and may outlive this.
  [[nodiscard]] std::unique_ptr<RowReader> open(std::size_t set) const;

 private:
  struct Block {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
  };
  struct Lane {
    const Kind* kind = nullptr;
    std::string buffer = {};
    std::array<int128, kMaxColumns> last = {};
    std::uint64_t last_place = 0;
    std::vector<Block> blocks = {};
  };
  class Rows;

  explicit RowSpill(std::shared_ptr<const NamelessFile> file) : file_(std::move(file)) {}
  static void begin(Lane& lane, char what, std::uint64_t place);
  Result<void> added(Lane& lane, std::size_t before);
  Result<void> write(Lane& lane);

  std::shared_ptr<const NamelessFile> file_;
  std::vector<Lane> lanes_;
  std::uint64_t written_ = 0;
  std::size_t buffered_ = 0;
};

}  // namespace acts::history
