#include "history/import/capture_lines.hpp"

#include <fmt/format.h>

#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

#include "history/import/capture_binance.hpp"
#include "history/import/json_walk.hpp"
#include "history/import/layout.hpp"
#include "history/import/source_file.hpp"
#include "history/import/time_format.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kCaptureForm = "2";
constexpr int kSecondDecimals = 9;
constexpr std::size_t kMostNameBytes = 40;
constexpr std::size_t kMostBadText = 256;

// "OKX": what may be shown as it is.
bool is_exchange_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostNameBytes &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string_view::npos;
}

class HeaderFields final : public JsonVisitor {
 public:
  std::string kind;
  std::string exchange;
  std::string form;

  // One that is cut tells what stands in front.
  explicit HeaderFields(std::string_view line) { static_cast<void>(walk_json(line, *this)); }

 private:
  void value(const JsonPlace& place, std::string_view text) override {
    if (place.path == "t") kind = text;
    if (place.path == "exchange") exchange = text;
    if (place.path == "format") form = text;
  }
  void end(const JsonPlace& /*place*/) override {}
};

}  // namespace

void LeftOut::add(std::string_view what) {
  const std::string name = what.empty() ? "unnamed" : shown_text(what.substr(0, kMostNameBytes));
  if (const auto known = counts_.find(name); known != counts_.end()) {
    ++known->second;
  } else if (counts_.size() < kMostNamed) {
    counts_.emplace(name, 1);
  } else {
    ++others_;
  }
}

std::string LeftOut::text() const {
  std::string text;
  for (const auto& [name, count] : counts_) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  if (others_ > 0) text += fmt::format(", {} others", others_);
  return text;
}

bool is_capture_lines(std::string_view head) {
  return head.starts_with('{') && HeaderFields(first_line_of(head)).kind == "header";
}

Result<std::string> exchange_of_capture(std::string_view path, std::string_view head) {
  const HeaderFields header(first_line_of(head));
  const std::string_view exchange = is_exchange_name(header.exchange) ? std::string_view(header.exchange) : "";
  if (CaptureDecoder::of_exchange(exchange) == nullptr && !venue_of_capture(exchange)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: it is a capture of cryptofeed in JSON lines{}{}: those of BINANCE, BINANCE_FUTURES, "
                            "OKX, BYBIT and COINBASE are taken",
                            path, exchange.empty() ? "" : ", of ", exchange));
  }
  if (header.form == kCaptureForm) return std::string(exchange);
  return fail(ErrorCode::kUsage, fmt::format("{}: its format is '{}', and {} is the one that is known", path,
                                             shown_text(header.form), kCaptureForm));
}

struct CaptureLines::Line {
  std::string kind;
  std::string connection;
  std::string received;
  std::string address;
  std::string exchange;
  std::string form;
  std::string data;
  bool has_data = false;
};

class CaptureLines::LineFields final : public JsonVisitor {
 public:
  Line line;

 private:
  void value(const JsonPlace& place, std::string_view text) override {
    if (place.path == "t") line.kind = text;
    if (place.path == "conn") line.connection = text;
    if (place.path == "ts") line.received = text;
    if (place.path == "addr") line.address = text;
    if (place.path == "exchange") line.exchange = text;
    if (place.path == "format") line.form = text;
    if (place.path != "data") return;
    line.data = text;
    line.has_data = true;
  }
  void end(const JsonPlace& /*place*/) override {}
};

CaptureLines::CaptureLines(std::unique_ptr<ByteSource> bytes, std::string_view exchange)
    : lines_(std::move(bytes), kMostLineBytes), exchange_(exchange), decoder_(CaptureDecoder::of_exchange(exchange)) {
  ACTS_ASSERT(decoder_ != nullptr);
}

Result<CaptureLines::Got> CaptureLines::next() {
  kept_.clear();
  for (;;) {
    subject_ = {};
    if (tell_bad_part()) return Got::kBad;
    const std::uint64_t before = lines_.line_number();
    const auto line = lines_.next();
    if (!line) {
      const bool is_long = line.error().code == ErrorCode::kBadInput && lines_.line_number() > before;
      if (!is_long) return std::unexpected(line.error());
      text_ = {};
      return bad(line.error().message);
    }
    if (!*line) return Got::kEnd;
    if ((*line)->find_first_not_of(" \t\r") == std::string_view::npos) continue;
    text_ = **line;
    const Result<Got> got = take(text_);
    if (!got || *got == Got::kBad || !kept_.empty()) return got;
  }
}

CaptureLines::Got CaptureLines::bad(std::string reason) {
  reason_ = std::move(reason);
  return Got::kBad;
}

bool CaptureLines::tell_bad_part() {
  if (bad_parts_told_ == bad_parts_.size()) return false;
  const BadPart& part = bad_parts_[bad_parts_told_++];
  reason_ = part.reason;
  text_ = part.text;
  subject_ = part.subject;
  return true;
}

// kParts also where there are none: then the next line is to be taken.
Result<CaptureLines::Got> CaptureLines::take(std::string_view text) {
  LineFields fields;
  if (!walk_json(text, fields)) return bad("it is no JSON, or a line that is cut");
  const Line& line = fields.line;
  if (line.kind == "recv") return take_message(line);
  if (line.kind == "connect" || line.kind == "send") return open_connection(line);
  if (line.kind == "header") return take_header(line);
  if (line.kind != "http") return bad("its t is none of header, http, connect, send and recv");
  left_out_.add("http");
  return Got::kParts;
}

// A further one begins the capture of another run.
Result<CaptureLines::Got> CaptureLines::take_header(const Line& line) {
  if (line.exchange != exchange_ || line.form != kCaptureForm) {
    return fail(ErrorCode::kBadInput,
                fmt::format("line {}: a header of '{}' in format '{}' follows that of {} in format {}: make a file of "
                            "each capture",
                            place(), shown_text(line.exchange.substr(0, kMostNameBytes)),
                            shown_text(line.form.substr(0, kMostNameBytes)), exchange_, kCaptureForm));
  }
  connections_.close_all();
  for (auto& [name, origin] : origins_) origin.connection.reset();
  return Got::kParts;
}

CaptureLines::Got CaptureLines::open_connection(const Line& line) {
  const Result<void> opened = line.kind == "connect"
                                  ? connections_.open(line.connection, line.address, place())
                                  : connections_.open_unless_known(line.connection, line.address, place());
  return opened ? Got::kParts : bad(opened.error().message);
}

Result<CaptureLines::Got> CaptureLines::take_message(const Line& line) {
  const ScaledInteger received = parse_scaled(line.received, kSecondDecimals);
  if (received.status != DecimalStatus::kOk || !is_likely_time(received.units)) {
    return bad("its ts is no time in unix seconds from 1973 to 2199, exact to a nanosecond");
  }
  if (!line.has_data) return bad("it has no data");
  CaptureConnection* const connection = connections_.hear(line.connection, place());
  if (connection != nullptr) connection->heard_ns = received.units;
  if (line.data == "pong") {
    left_out_.add("pong");
    return Got::kParts;
  }
  if (connection == nullptr) {
    return bad(
        fmt::format("no line tells of its connection, or {} others have spoken since it did: a part of a capture "
                    "needs in front the header and the connect lines of the connections in it",
                    CaptureConnections::kMost));
  }
  bad_parts_.clear();
  bad_parts_told_ = 0;
  if (const Result<void> decoded = decoder_->decode(line.data, *connection, received.units); !decoded) {
    subject_ = decoder_->refused();
    return bad(decoded.error().message);
  }
  bad_parts_.assign(decoder_->bad_trades().begin(), decoder_->bad_trades().end());
  const Result<void> kept = keep_parts(line.connection, received.units);
  if (!kept) return std::unexpected(kept.error());
  return Got::kParts;
}

Result<void> CaptureLines::keep_parts(std::string_view connection, std::int64_t received) {
  if (decoder_->parts().empty() && decoder_->bad_trades().empty()) left_out_.add(decoder_->what());
  for (const CapturePart& part : decoder_->parts()) {
    Origin* const origin = origin_of(part);
    if (origin == nullptr) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("line {}: more than {} instruments have books or trades", place(), kMostOrigins));
    }
    if (!is_kept(part, *origin, connection, received)) continue;
    kept_.push_back(part);
    if (part.kind->is_stream && !part.update_id() && checksums_.shows_loss(part)) {
      bad_parts_.push_back({"its checksum is not that of the book: updates in front of it are missing",
                            std::string(text_.substr(0, kMostBadText)),
                            {.kind = part.kind, .venue = part.venue, .symbol = part.symbol}});
    }
  }
  return {};
}

CaptureLines::Origin* CaptureLines::origin_of(const CapturePart& part) {
  const std::string name = fmt::format("{} {} {}", part.kind->name, part.venue, part.symbol);
  if (const auto known = origins_.find(name); known != origins_.end()) return &known->second;
  if (origins_.size() == kMostOrigins) return nullptr;
  return &origins_.emplace(name, Origin{.channel = part.channel}).first->second;
}

// Of several channels of an instrument's books or trades the first one counts: mixed they would be no book, and tell
// trades twice. Trades are known by their ids. A book comes over one connection at a time: another one goes on with it
// by a snapshot, which begins it anew, by the update that is next, or once this one is silent.
bool CaptureLines::is_kept(const CapturePart& part, Origin& origin, std::string_view connection,
                           std::int64_t received) {
  if (origin.channel != part.channel) {
    left_out_.add(part.channel);
    return false;
  }
  if (!part.kind->is_stream) return true;
  const bool goes_on = origin.connection == connection || part.is_snapshot() ||
                       (origin.last_id && part.continues(*origin.last_id)) || is_over(origin, received);
  if (!goes_on) {
    left_out_.add(fmt::format("{} over another connection", part.channel));
    return false;
  }
  origin.connection = connection;
  origin.last_id = part.update_id();
  return true;
}

bool CaptureLines::is_over(Origin& origin, std::int64_t received) const {
  const std::optional<std::int64_t> heard =
      origin.connection ? connections_.heard_ns(*origin.connection) : std::nullopt;
  if (!heard) return true;
  if (!origin.waiting_since || *heard >= *origin.waiting_since) origin.waiting_since = received;
  return received - *origin.waiting_since >= kMostSilenceNs;
}

}  // namespace acts::history
