// The rows of a file in which they come in any order, sorted, in bounded memory: what does not fit goes to the disk,
// some twice the size that the rows have as Parquet. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "acts/base/result.hpp"

#include "history/engine/duck.hpp"
#include "history/import/reject_list.hpp"
#include "history/import/row_reader.hpp"

namespace acts::history {

class SortedFile {
 public:
  // Reads all of `reader`, into a file in `folder`, which is there and has room. Bad rows go to `rejects`. Errors: the
  // reader's; kBadInput: more bad rows than `most_bad_rows`; kStorage.
  static Result<SortedFile> make(Duck& duck, RowReader& reader, const Kind& kind, const std::string& folder,
                                 RejectList& rejects, std::uint64_t most_bad_rows);
  // Removes the file.
  ~SortedFile();
  SortedFile(SortedFile&& other) noexcept;
  SortedFile& operator=(SortedFile&&) = delete;
  SortedFile(const SortedFile&) = delete;
  SortedFile& operator=(const SortedFile&) = delete;

  // What is sorted at a time: some gigabytes of text, whose sort needs some 64 MiB of memory beside what it holds.
  static constexpr std::uint64_t kMostRowsASort = 32'000'000;

  // The rows by day, then by key, of one key in the order in which they stood; those of a stream by the time they were
  // received at, and counted anew. place() is that in the file it was. May be asked for again. Must not outlive it.
  [[nodiscard]] Result<std::unique_ptr<RowReader>> open(std::uint64_t most_rows_a_sort = kMostRowsASort) const;

  [[nodiscard]] std::uint64_t places() const { return places_; }  // of the last row or bad row

 private:
  SortedFile(const Kind& kind, std::string folder);

  std::unique_ptr<Kind> placed_;  // the kind, and the place as its last column
  std::string folder_;
  std::string path_;
  std::uint64_t places_ = 0;
  std::optional<std::string> time_unit_;
  bool has_header_ = false;
};

}  // namespace acts::history
