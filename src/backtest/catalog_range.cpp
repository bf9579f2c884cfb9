#include "backtest/catalog_range.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "acts/base/assert.hpp"

#include "recording/file_ops.hpp"

namespace acts::backtest {
namespace {

constexpr std::uint64_t kCatalogMemory = std::uint64_t{512} << 20U;

UnixNanos begin_of(std::int64_t day) { return UnixNanos{day * kCatalogDay.count()}; }

// What it has may have been received then.
bool is_of(const history::CatalogFile& file, const CatalogRange::Span& span) {
  return begin_of(file.day + 2) > span.begin && begin_of(file.day - 1) < span.end;
}

std::string spill_parent() {
  std::error_code ignored;
  return std::filesystem::temp_directory_path(ignored).string();
}

}  // namespace

CatalogRange::Session::Session() : spill_(spill_parent()) {}

Result<std::unique_ptr<CatalogRange::Session>> CatalogRange::Session::open(const std::string& data_dir,
                                                                           std::vector<history::CatalogFile> files) {
  std::unique_ptr<Session> session(new Session());
  auto opened = history::QuerySession::open(real_file_ops(), data_dir,
                                            {.memory_bytes = kCatalogMemory,
                                             .threads = 1,
                                             .temp_directory = session->spill_.path(),
                                             .with_recordings = false,
                                             .files = std::move(files),
                                             .output = {}});
  if (!opened) return std::unexpected(opened.error());
  session->session_.emplace(*std::move(opened));
  return session;
}

CatalogRange::CatalogRange(std::string data_dir, std::optional<FileLock> held, std::vector<history::CatalogFile> files)
    : data_dir_(std::move(data_dir)), held_(std::move(held)), files_(std::move(files)) {
  ACTS_ASSERT(!files_.empty());
  const auto [first, last] = std::ranges::minmax(files_, {}, &history::CatalogFile::day);
  const std::int64_t end = last.day + 2;
  for (std::int64_t day = first.day - 1; day < end; day += kDaysASpan) {
    const Span span{begin_of(day), begin_of(std::min(day + kDaysASpan, end))};
    if (std::ranges::any_of(files_, [&span](const history::CatalogFile& file) { return is_of(file, span); })) {
      spans_.push_back(span);
    }
  }
}

Result<std::unique_ptr<CatalogRange::Session>> CatalogRange::open(const Span& span) const {
  std::vector<history::CatalogFile> files;
  std::ranges::copy_if(files_, std::back_inserter(files),
                       [&span](const history::CatalogFile& file) { return is_of(file, span); });
  return Session::open(data_dir_, std::move(files));
}

}  // namespace acts::backtest
