#include "backtest/catalog_range.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "acts/base/assert.hpp"

#include "recording/file_ops.hpp"

namespace acts::backtest {
namespace {

constexpr std::uint64_t kCatalogMemory = std::uint64_t{512} << 20U;

UnixNanos begin_of(std::int64_t day) { return UnixNanos{day * kCatalogDay.count()}; }

// What they have may have been received then.
history::StoredFiles within_span(const history::StoredFiles& files, const CatalogRange::Span& span) {
  const auto day_of = [](UnixNanos midnight) { return midnight.value / kCatalogDay.count(); };
  return files.between(day_of(span.begin) - 1, day_of(span.end) + 1);
}

std::string spill_parent() {
  std::error_code ignored;
  return std::filesystem::temp_directory_path(ignored).string();
}

}  // namespace

CatalogRange::Session::Session() : spill_(spill_parent()) {}

Result<std::unique_ptr<CatalogRange::Session>> CatalogRange::Session::open(const std::string& data_dir,
                                                                           history::StoredFiles files) {
  std::unique_ptr<Session> session(new Session());
  auto opened = history::QuerySession::open(real_file_ops(), data_dir,
                                            {.memory_bytes = kCatalogMemory,
                                             .threads = 1,
                                             .temp_directory = session->spill_.path(),
                                             .keeps_freed = false,
                                             .with_recordings = false,
                                             .files = std::move(files),
                                             .output = {}});
  if (!opened) return std::unexpected(opened.error());
  session->session_.emplace(*std::move(opened));
  return session;
}

CatalogRange::CatalogRange(std::string data_dir, std::optional<FileLock> held, history::StoredFiles files)
    : data_dir_(std::move(data_dir)), held_(std::move(held)), files_(std::move(files)) {
  ACTS_ASSERT(files_.size() > 0);
  std::int64_t first = files_.day(0);
  std::int64_t last = first;
  for (std::size_t i = 1; i < files_.size(); ++i) {
    first = std::min(first, files_.day(i));
    last = std::max(last, files_.day(i));
  }
  const std::int64_t end = last + 2;
  for (std::int64_t day = first - 1; day < end; day += kDaysASpan) {
    const Span span{begin_of(day), begin_of(std::min(day + kDaysASpan, end))};
    if (within_span(files_, span).size() > 0) spans_.push_back(span);
  }
}

Result<std::unique_ptr<CatalogRange::Session>> CatalogRange::open(const Span& span) const {
  return Session::open(data_dir_, within_span(files_, span));
}

}  // namespace acts::backtest
