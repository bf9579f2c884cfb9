#include "backtest/file_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "acts/base/time.hpp"

#include "recording/recording_reader.hpp"

namespace acts::backtest {
namespace {

// Of its first line; nothing: it has none.
Result<std::optional<UnixNanos>> begin_of(const std::string& path) {
  auto reader = RecordingReader::open({path});
  if (!reader) return std::unexpected(reader.error());
  for (;;) {
    const auto item = reader->next();
    if (!item && item.error().code == ErrorCode::kBadInput) continue;  // told by who reads it whole
    if (!item) return std::unexpected(item.error());
    if (!*item) return std::nullopt;
    if (const auto* line = std::get_if<RecordedLine>(&**item)) return line->ts_recv;
  }
}

}  // namespace

Result<FileOrder> in_order_of_time(const std::vector<std::string>& paths) {
  if (paths.size() < 2) return FileOrder{.paths = paths};
  std::vector<std::pair<UnixNanos, std::size_t>> begins;  // with the place in `paths`
  FileOrder order;
  for (const std::string& path : paths) {
    const UnixNanos before = begins.empty() ? UnixNanos{} : begins.back().first;
    const Result<std::optional<UnixNanos>> told = begin_of(path);
    if (!told) return std::unexpected(told.error());
    const UnixNanos begin = told->value_or(before);
    if (begin < before && order.problem.empty()) {
      order.problem = fmt::format(
          "{}: it begins at {}, before {} ({}), which stands before it in files: they are read in the order of time",
          path, to_iso8601(begin), paths[begins.size() - 1], to_iso8601(before));
    }
    begins.emplace_back(begin, begins.size());
  }
  std::ranges::sort(begins);
  for (const auto& [begin, place] : begins) order.paths.push_back(paths[place]);
  return order;
}

}  // namespace acts::backtest
