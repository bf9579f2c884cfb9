#include "backtest/funding_file.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "backtest/table_lines.hpp"

namespace acts::backtest {

Result<sim::FundingBook> read_funding(const std::string& path) {
  auto bytes = open_table_file(path);
  if (!bytes) return std::unexpected(bytes.error());
  return read_funding(*std::move(bytes), path);
}

Result<sim::FundingBook> read_funding(std::unique_ptr<ByteSource> bytes, const std::string& name) {
  std::vector<sim::FundingTime> times;
  const auto take = [&times](std::string_view text) -> Result<void> {
    const Result<sim::FundingTime> time = sim::parse_funding_line(text);
    if (!time) return std::unexpected(time.error());
    times.push_back(*time);
    return {};
  };
  const std::string_view headers[] = {"time,rate", "time,rate,mark_price"};
  const Result<void> read = read_table_lines(std::move(bytes), name, headers, sim::FundingBook::kMostTimes, take);
  if (!read) return std::unexpected(read.error());
  if (times.empty()) return fail(ErrorCode::kBadInput, fmt::format("{}: there is no funding in it", name));
  auto book = sim::FundingBook::of(std::move(times));
  if (!book) return fail(book.error().code, fmt::format("{}: {}", name, book.error().message));
  return book;
}

}  // namespace acts::backtest
