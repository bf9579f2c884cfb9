#include "backtest/funding_file.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "recording/line_reader.hpp"

namespace acts::backtest {
namespace {

constexpr std::string_view kFundingHeader = "time,rate";

}  // namespace

Result<sim::FundingBook> read_funding(const std::string& path) {
  auto file = open_file(path);
  if (!file) return std::unexpected(file.error());
  auto bytes = unpack(*std::move(file));
  if (!bytes) return fail(bytes.error().code, fmt::format("{}: {}", path, bytes.error().message));
  return read_funding(*std::move(bytes), path);
}

Result<sim::FundingBook> read_funding(std::unique_ptr<ByteSource> bytes, const std::string& name) {
  LineReader lines(std::move(bytes));
  std::vector<sim::FundingTime> times;
  for (;;) {
    const auto line = lines.next();
    if (!line) return fail(line.error().code, fmt::format("{}: {}", name, line.error().message));
    if (!*line) break;
    std::string_view text = **line;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() || (times.empty() && text.starts_with(kFundingHeader))) continue;
    const Result<sim::FundingTime> time = sim::parse_funding_line(text);
    if (!time) {
      return fail(ErrorCode::kBadInput, fmt::format("{}:{}: {}", name, lines.line_number(), time.error().message));
    }
    if (times.size() == sim::FundingBook::kMostTimes) {
      return fail(ErrorCode::kBadInput, fmt::format("{}: more than {} rows: take those of the run's time", name,
                                                    sim::FundingBook::kMostTimes));
    }
    times.push_back(*time);
  }
  if (times.empty()) return fail(ErrorCode::kBadInput, fmt::format("{}: there is no funding in it", name));
  auto book = sim::FundingBook::of(std::move(times));
  if (!book) return fail(book.error().code, fmt::format("{}: {}", name, book.error().message));
  return book;
}

}  // namespace acts::backtest
