#include "history/import/capture_binance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "history/import/capture_lines.hpp"
#include "history/import/cryptofeed_capture.hpp"
#include "history/import/json_walk.hpp"
#include "history/import/layout.hpp"
#include "history/import/recording_rows.hpp"
#include "recording/line_reader.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kMostAnswersBytes = std::size_t{64} << 20;
constexpr std::size_t kMostShownAddress = 80;

struct BinanceLine {
  std::string kind;
  std::string received;
  std::string url;
  std::string address;
  std::string exchange;
  std::string data;
  bool has_data = false;

  // A line of a capture, but no message.
  [[nodiscard]] bool is_other() const {
    return kind == "header" || kind == "connect" || kind == "send" || kind == "http";
  }
};

class BinanceLineFields final : public JsonVisitor {
 public:
  BinanceLine line;

 private:
  void value(const JsonPlace& place, std::string_view text) override {
    if (place.path == "t") line.kind = text;
    if (place.path == "ts") line.received = text;
    if (place.path == "url") line.url = text;
    if (place.path == "addr") line.address = text;
    if (place.path == "exchange") line.exchange = text;
    if (place.path != "data") return;
    line.data = text;
    line.has_data = true;
  }
  void end(const JsonPlace& /*place*/) override {}
};

// A message is a line of its own: in JSON a newline is a blank.
void append_as_line(std::string& out, std::string line) {
  std::ranges::replace(line, '\n', ' ');
  out += line;
  out += '\n';
}

// As a file of the connection would have it. A line that is none of a capture is none there either: its reader tells
// it.
void append_message(std::string& out, std::string_view text) {
  constexpr std::size_t kMostText = 256;
  BinanceLineFields fields;
  const BinanceLine& line = fields.line;
  const bool is_read = walk_json(text, fields);
  if (is_read && line.kind == "recv" && line.has_data) {
    append_as_line(out, fmt::format("{}: {}", line.received, line.data));
  } else if (!is_read || !line.is_other()) {
    append_as_line(out, fmt::format("no message: {}", text.substr(0, kMostText)));
  }
}

class BinanceMessages final : public ByteSource {
 public:
  explicit BinanceMessages(std::unique_ptr<ByteSource> source)
      : lines_(std::move(source), CaptureLines::kMostLineBytes) {}

  Result<std::size_t> read(std::span<char> out) override {
    while (at_ == text_.size()) {
      text_.clear();
      at_ = 0;
      const std::uint64_t before = lines_.line_number();
      const auto line = lines_.next();
      const bool is_long = !line && line.error().code == ErrorCode::kBadInput && lines_.line_number() > before;
      if (!line && !is_long) return std::unexpected(line.error());
      if (line && !*line) return std::size_t{0};
      append_message(text_, is_long ? "a line that is too long" : **line);
    }
    const std::size_t count = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  LineReader lines_;
  std::string text_;
  std::size_t at_ = 0;
};

// Spot's are also of the host that has market data alone.
bool is_address_of(std::string_view address, Venue venue) {
  if (venue == Venue::kBinanceUsdm) return address.starts_with("wss://fstream.binance.com");
  return address.starts_with("wss://stream.binance.com") || address.starts_with("wss://data-stream.binance.vision");
}

// What a line tells that is no message: `answers` gets a line "URL -> unix time: body" of each.
Result<void> look_at(const BinanceLine& line, Venue venue, std::string& answers) {
  if (line.kind == "connect" && !is_address_of(line.address, venue)) {
    return fail(ErrorCode::kUsage,
                fmt::format("its connection to {} is none to the market data of {}: leave its lines out",
                            shown_text(std::string_view(line.address).substr(0, kMostShownAddress)), to_string(venue)));
  }
  if (line.kind == "header" && venue_of_capture(line.exchange) != venue) {
    return fail(ErrorCode::kBadInput, fmt::format("a header of '{}' follows that of {}: make a file of each capture",
                                                  shown_text(line.exchange), to_string(venue)));
  }
  if (line.kind != "http" || !line.has_data || !line.url.contains("/depth?")) return {};
  append_as_line(answers, fmt::format("{} -> {}: {}", line.url, line.received, line.data));
  if (answers.size() <= kMostAnswersBytes) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("its REST answers have more than {} bytes: import it in parts", kMostAnswersBytes));
}

Result<std::string> answers_in(const CaptureFile& file, Venue venue) {
  auto bytes = file.open();
  if (!bytes) return std::unexpected(bytes.error());
  LineReader lines(*std::move(bytes), CaptureLines::kMostLineBytes);
  std::string answers;
  for (;;) {
    const std::uint64_t before = lines.line_number();
    const auto line = lines.next();
    const bool is_long = !line && line.error().code == ErrorCode::kBadInput && lines.line_number() > before;
    if (is_long) continue;
    if (!line) return fail(line.error().code, fmt::format("{}: {}", file.name, line.error().message));
    if (!*line) return answers;
    BinanceLineFields fields;
    if (!walk_json(**line, fields)) continue;
    if (const Result<void> looked = look_at(fields.line, venue, answers); !looked) {
      return fail(looked.error().code,
                  fmt::format("{}: line {}: {}", file.name, lines.line_number(), looked.error().message));
    }
  }
}

}  // namespace

std::optional<Venue> venue_of_capture(std::string_view exchange) {
  if (exchange == "BINANCE") return Venue::kBinanceSpot;
  return exchange == "BINANCE_FUTURES" ? std::optional(Venue::kBinanceUsdm) : std::nullopt;
}

Result<std::unique_ptr<OpenedSource>> open_binance_lines(CaptureFile file, Venue venue, const SourceHints& hints) {
  if (!hints.venue.empty() && hints.venue != to_string(venue)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: it is of {}, and not of {}", file.name, to_string(venue), shown_text(hints.venue)));
  }
  auto answers = answers_in(file, venue);
  if (!answers) return std::unexpected(answers.error());
  const std::string name = file.name;
  const auto messages = [file = std::move(file)]() -> Result<std::unique_ptr<ByteSource>> {
    auto bytes = file.open();
    if (!bytes) return bytes;
    return std::make_unique<BinanceMessages>(*std::move(bytes));
  };
  auto open = open_cryptofeed(CaptureFiles{name, messages, {{name, *std::move(answers)}}});
  if (!open) return std::unexpected(open.error());
  return open_recording_source(name, *std::move(open), venue, hints, DataSet::kCryptofeed);
}

}  // namespace acts::history
