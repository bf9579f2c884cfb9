#include "backtest/latency_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "backtest/table_lines.hpp"

namespace acts::backtest {
namespace {

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
  auto bytes = open_table_file(path);
  if (!bytes) return std::unexpected(bytes.error());
  return read_latencies(*std::move(bytes), path);
}

Result<sim::LatencyModel> read_latencies(std::unique_ptr<ByteSource> bytes, const std::string& name) {
  std::vector<sim::LatencyRow> rows;
  const auto take = [&rows](std::string_view text) -> Result<void> {
    const std::optional<sim::LatencyRow> row = parse_row(text);
    if (!row) {
      return fail(ErrorCode::kBadInput, fmt::format("three times in nanoseconds are needed: {}", kLatencyHeader));
    }
    rows.push_back(*row);
    return {};
  };
  const std::string_view headers[] = {kLatencyHeader};
  const Result<void> read = read_table_lines(std::move(bytes), name, headers, kMostLatencies, take);
  if (!read) return std::unexpected(read.error());
  auto model = sim::LatencyModel::recorded(std::move(rows));
  if (!model) return fail(model.error().code, fmt::format("{}: {}", name, model.error().message));
  return model;
}

}  // namespace acts::backtest
