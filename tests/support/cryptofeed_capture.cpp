#include "support/cryptofeed_capture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

#include "recording/index.hpp"

namespace acts::test {
namespace {

struct Captured {
  UnixNanos ts_recv;
  std::string_view json;
  std::optional<index::RestAnswer> answer;
  std::size_t order = 0;  // among those of one time
};

std::string_view cut_to(std::string_view& rest, std::string_view separator) {
  const std::size_t at = rest.find(separator);
  ACTS_ASSERT(at != std::string_view::npos);
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at + separator.size());
  return part;
}

// Unix seconds with decimals.
UnixNanos time_of(std::string_view text) {
  constexpr std::uint8_t kNanoDecimals = 9;
  const ScaledInteger nanos = parse_scaled(text, kNanoDecimals);
  ACTS_ASSERT(nanos.status == DecimalStatus::kOk);
  return UnixNanos{nanos.units};
}

std::string_view parameter(std::string_view url, std::string_view name) {
  const std::size_t at = url.find(name);
  ACTS_ASSERT(at != std::string_view::npos);
  const std::string_view value = url.substr(at + name.size());
  return value.substr(0, value.find('&'));
}

index::RestAnswer answer_to(std::string_view url, std::uint64_t request) {
  const std::string_view limit_text = parameter(url, "limit=");
  std::int64_t limit = 0;
  std::from_chars(limit_text.data(), limit_text.data() + limit_text.size(), limit);
  ACTS_ASSERT(limit > 0);
  return {request, "depth", std::string(parameter(url, "symbol=")), limit, 200, {}};
}

template <typename Take>
void for_each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

CryptofeedRecording convert_cryptofeed(Venue venue, std::string_view http, std::string_view stream) {
  std::vector<Captured> all;
  CryptofeedRecording out;
  for_each_line(http, [&](std::string_view line) {
    const std::string_view url = cut_to(line, " -> ");
    const UnixNanos ts_recv = time_of(cut_to(line, ": "));
    all.push_back({ts_recv, line, answer_to(url, ++out.answers), all.size()});
  });
  for_each_line(stream, [&](std::string_view line) {
    if (line.starts_with("wss://")) return;
    const UnixNanos ts_recv = time_of(cut_to(line, ": "));
    all.push_back({ts_recv, line, std::nullopt, all.size()});
    ++out.messages;
  });
  std::ranges::sort(all, {}, [](const Captured& one) { return std::pair(one.ts_recv, one.order); });

  std::uint64_t lines = 0;
  const auto note = [&](UnixNanos ts, IndexEvent event) {
    ACTS_ASSERT(append_index_line(out.index, {lines, ts, std::move(event)}).has_value());
  };
  ACTS_ASSERT(!all.empty());
  const UnixNanos begin = all.front().ts_recv;
  note(begin, index::RunStarted{"cryptofeed", std::string(to_string(venue)), "0", {}});
  for (const Captured& one : all) {
    if (one.answer) note(begin, index::SymbolAdded{one.answer->symbol, "trading"});
  }
  for (const Captured& one : all) {
    if (one.answer) note(one.ts_recv, *one.answer);
    fmt::format_to(std::back_inserter(out.log), "{} {}\n", one.ts_recv.value, one.json);
    ++lines;
  }
  note(all.back().ts_recv, index::RunEnded{"end of the capture"});
  return out;
}

RecordingReader open_converted(const CryptofeedRecording& recording) {
  const auto read = [](const std::string& text) {
    return [&text]() -> Result<std::unique_ptr<ByteSource>> { return read_from_memory(text); };
  };
  return RecordingReader({{"capture", read(recording.log), "capture index", read(recording.index)}});
}

}  // namespace acts::test
