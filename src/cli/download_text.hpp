// What `acts download` says: the plan of a dry run, what was done, and how far it is.
#pragma once

#include <optional>
#include <string>

#include "acts/base/time.hpp"

#include "history/archive/download.hpp"

namespace acts::cli {

// "1.2 MB": three digits at least, powers of 1000.
std::string bytes_text(std::uint64_t bytes);

// A line a file, with its size and whether it is there, and one of the sum.
std::string plan_text(const history::archive::DownloadReport& report);

// A line a symbol: how many files came, were there, are missing; then the missing days, those in a row as one.
std::string report_text(const history::archive::DownloadReport& report);

// "[########            ] 12 of 36 files, 120 MB of 402 MB, 12.3 MB/s, 23 s left", no wider than `columns`.
class ProgressText {
 public:
  std::string text(const history::archive::DownloadProgress& progress, UnixNanos now, std::size_t columns);

 private:
  std::optional<UnixNanos> began_;
  std::uint64_t bytes_at_begin_ = 0;
};

}  // namespace acts::cli
