#include "backtest/latency_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "recording/line_reader.hpp"

namespace acts::backtest {
namespace {

constexpr std::string_view kLatencyHeader = "req_ts,exch_ts,resp_ts";

std::optional<std::int64_t> take_time(std::string_view& text, bool is_last) {
  std::int64_t time = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, time);
  if (error != std::errc() || stop == text.data()) return std::nullopt;
  if (is_last ? stop != end : (stop == end || *stop != ',')) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + (is_last ? 0 : 1));
  return time;
}

std::optional<sim::LatencyRow> parse_row(std::string_view text) {
  const auto request = take_time(text, false);
  const auto venue = request ? take_time(text, false) : std::nullopt;
  const auto response = venue ? take_time(text, true) : std::nullopt;
  if (!response || *request <= 0 || *response <= 0) return std::nullopt;
  return sim::LatencyRow{{*request}, {*venue}, {*response}};
}

}  // namespace

Result<sim::LatencyModel> read_latencies(const std::string& path) {
  auto file = open_file(path);
  if (!file) return std::unexpected(file.error());
  auto bytes = unpack(*std::move(file));
  if (!bytes) return fail(bytes.error().code, fmt::format("{}: {}", path, bytes.error().message));
  return read_latencies(*std::move(bytes), path);
}

Result<sim::LatencyModel> read_latencies(std::unique_ptr<ByteSource> bytes, const std::string& name) {
  LineReader lines(std::move(bytes));
  std::vector<sim::LatencyRow> rows;
  for (;;) {
    const auto line = lines.next();
    if (!line) return fail(line.error().code, fmt::format("{}: {}", name, line.error().message));
    if (!*line) break;
    std::string_view text = **line;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() || (rows.empty() && text == kLatencyHeader)) continue;
    const std::optional<sim::LatencyRow> row = parse_row(text);
    if (!row) {
      return fail(ErrorCode::kBadInput, fmt::format("{}:{}: three times in nanoseconds are needed: {}", name,
                                                    lines.line_number(), kLatencyHeader));
    }
    if (rows.size() == kMostLatencies) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: more than {} rows: take those of the run's time", name, kMostLatencies));
    }
    rows.push_back(*row);
  }
  auto model = sim::LatencyModel::recorded(std::move(rows));
  if (!model) return fail(model.error().code, fmt::format("{}: {}", name, model.error().message));
  return model;
}

}  // namespace acts::backtest
