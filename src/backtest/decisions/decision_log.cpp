#include "backtest/decisions/decision_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "backtest/decisions/value_form.hpp"

namespace acts::backtest {
namespace {

// The last byte is the form's number.
constexpr std::string_view kLogBegin = "acts decisions \x01";

// A record's first byte: calls from 0, decisions from kFirstDecision.
constexpr std::uint8_t kFirstDecision = 0x10;
constexpr std::uint8_t kLogEnd = 0xFF;

constexpr std::size_t kHandedOverBytes = std::size_t{64} << 10U;
constexpr std::size_t kReadBytes = std::size_t{64} << 10U;
constexpr std::size_t kMostRecordBytes = 256;
constexpr std::size_t kMostHeaderBytes = kMostFeatures * (kMostNameBytes + 2) + 64;

bool has_subject(CallKind kind) { return kind != CallKind::kStart && kind != CallKind::kStop; }
bool has_digest(CallKind kind) {
  return kind == CallKind::kTrade || kind == CallKind::kBar || kind == CallKind::kFeatures ||
         kind == CallKind::kOrder || kind == CallKind::kFill;
}

// Differences of times may leave 64 bits: they are taken and added modulo 2^64.
std::int64_t difference(UnixNanos a, UnixNanos b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a.value) - static_cast<std::uint64_t>(b.value));
}
UnixNanos moved(UnixNanos from, std::int64_t by) {
  return {static_cast<std::int64_t>(static_cast<std::uint64_t>(from.value) + static_cast<std::uint64_t>(by))};
}

}  // namespace

DecisionLogWriter::DecisionLogWriter(const Wants& wants, std::move_only_function<void(std::string_view)> sink)
    : sink_(std::move(sink)) {
  for (const char c : kLogBegin) bytes_.byte(static_cast<std::uint8_t>(c));
  write_value(bytes_, wants);
}

void DecisionLogWriter::hand_over() {
  sink_(bytes_.bytes());
  bytes_.clear();
}

void DecisionLogWriter::on_call(const ToldCall& call) {
  if (bytes_.bytes().size() >= kHandedOverBytes) hand_over();
  ++calls_;
  bytes_.byte(static_cast<std::uint8_t>(call.kind));
  bytes_.integer(difference(call.now, last_));
  last_ = call.now;
  if (has_subject(call.kind)) bytes_.number(call.subject);
  if (has_digest(call.kind)) bytes_.number(call.digest);
}

void DecisionLogWriter::on_decision(const Decision& decision) {
  if (bytes_.bytes().size() >= kHandedOverBytes) hand_over();
  bytes_.byte(static_cast<std::uint8_t>(kFirstDecision + static_cast<std::uint8_t>(decision.kind)));
  switch (decision.kind) {
    case DecisionKind::kPlace: write_value(bytes_, decision.order); break;
    case DecisionKind::kPlaceOco:
      write_value(bytes_, decision.order);
      write_value(bytes_, decision.second);
      break;
    case DecisionKind::kModify: write_value(bytes_, decision.change); break;
    case DecisionKind::kCancel: bytes_.number(decision.change.id.value()); break;
    case DecisionKind::kSetTimer:
      bytes_.number(decision.timer);
      bytes_.integer(difference(decision.at, last_));
      return;
    case DecisionKind::kStopTimer: bytes_.number(decision.timer); return;
  }
  bytes_.number(decision.answer);
}

void DecisionLogWriter::finish(bool is_whole) {
  if (is_whole) {
    bytes_.byte(kLogEnd);
    bytes_.number(calls_);
  }
  hand_over();
}

Result<std::unique_ptr<DecisionLogReader>> DecisionLogReader::open(std::unique_ptr<ByteSource> source) {
  std::unique_ptr<DecisionLogReader> reader(new DecisionLogReader(std::move(source)));
  if (const Result<void> read = reader->read_header(); !read) return std::unexpected(read.error());
  return reader;
}

Result<std::string_view> DecisionLogReader::fill(std::size_t wanted) {
  if (position_ > 0 && buffer_.size() - position_ < wanted) {
    buffer_.erase(0, position_);
    position_ = 0;
  }
  while (!is_at_end_ && buffer_.size() - position_ < wanted) {
    const std::size_t held = buffer_.size();
    buffer_.resize(held + kReadBytes);
    const Result<std::size_t> count = source_->read(std::span(buffer_).subspan(held));
    buffer_.resize(held + count.value_or(0));
    if (!count) return std::unexpected(count.error());
    is_at_end_ = *count == 0;
  }
  return std::string_view(buffer_).substr(position_, wanted);
}

std::unexpected<Error> DecisionLogReader::amiss(std::string_view what) const {
  return fail(ErrorCode::kBadInput, fmt::format("the decision log {} after call {}", what, calls_));
}

Result<void> DecisionLogReader::read_header() {
  const Result<std::string_view> bytes = fill(kMostHeaderBytes);
  if (!bytes) return std::unexpected(bytes.error());
  if (!bytes->starts_with(kLogBegin.substr(0, kLogBegin.size() - 1))) {
    return fail(ErrorCode::kBadInput, "it is no decision log: take the one of a run's folder");
  }
  if (!bytes->starts_with(kLogBegin)) {
    return fail(ErrorCode::kBadInput, "the decision log is of another version's form: run the backtest anew");
  }
  ByteReader in(bytes->substr(kLogBegin.size()));
  const std::size_t before = in.left();
  read_value(in, wants_);
  if (in.is_bad()) return fail(ErrorCode::kBadInput, "the decision log's header is damaged: run the backtest anew");
  position_ += kLogBegin.size() + (before - in.left());
  return {};
}

Result<const DecisionRecord*> DecisionLogReader::peek() {
  if (!has_record_) {
    Result<DecisionRecord> record = read_record();
    if (!record) return std::unexpected(record.error());
    record_ = *record;
    has_record_ = true;
  }
  return &record_;
}

Decision DecisionLogReader::read_decision(ByteReader& in, DecisionKind kind) const {
  Decision decision{.kind = kind};
  switch (kind) {
    case DecisionKind::kPlace: read_value(in, decision.order); break;
    case DecisionKind::kPlaceOco:
      read_value(in, decision.order);
      read_value(in, decision.second);
      break;
    case DecisionKind::kModify: read_value(in, decision.change); break;
    case DecisionKind::kCancel: decision.change.id = ClientOrderId{in.number()}; break;
    case DecisionKind::kSetTimer:
      decision.timer = static_cast<std::uint32_t>(in.count(UINT32_MAX));
      decision.at = moved(last_, in.integer());
      return decision;
    case DecisionKind::kStopTimer: decision.timer = static_cast<std::uint32_t>(in.count(UINT32_MAX)); return decision;
  }
  decision.answer = in.number();
  return decision;
}

Result<DecisionRecord> DecisionLogReader::read_record() {
  const Result<std::string_view> bytes = fill(kMostRecordBytes);
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->empty()) return amiss("ends without its end mark: the run was broken off");
  ByteReader in(*bytes);
  const std::uint8_t tag = in.byte();
  DecisionRecord record;
  if (tag <= static_cast<std::uint8_t>(CallKind::kTimer)) {
    ToldCall call{.kind = static_cast<CallKind>(tag), .now = moved(last_, in.integer())};
    if (has_subject(call.kind)) call.subject = static_cast<std::uint32_t>(in.count(UINT32_MAX));
    if (has_digest(call.kind)) call.digest = static_cast<std::uint32_t>(in.count(UINT32_MAX));
    record = call;
  } else if (tag == kLogEnd) {
    record = DecisionLogEnd{in.number()};
  } else if (tag < kFirstDecision || tag > kFirstDecision + static_cast<std::uint8_t>(DecisionKind::kPlaceOco)) {
    return amiss("has something that is no record");
  } else {
    record = read_decision(in, static_cast<DecisionKind>(tag - kFirstDecision));
  }
  if (in.is_bad()) return amiss("is cut or damaged");
  const auto* const end = std::get_if<DecisionLogEnd>(&record);
  if (end != nullptr && end->calls != calls_) {
    return amiss("has lost calls: it does not count as many as its end says");
  }
  if (const auto* const call = std::get_if<ToldCall>(&record)) {
    ++calls_;
    last_ = call->now;
  } else if (calls_ == 0 && std::holds_alternative<Decision>(record)) {
    return amiss("has a decision of no call");
  }
  position_ += bytes->size() - in.left();
  return record;
}

Result<std::unique_ptr<DecisionLogReader>> open_decision_log(const std::string& path) {
  Result<std::unique_ptr<ByteSource>> source = open_file(path);
  if (!source) return std::unexpected(source.error());
  Result<std::unique_ptr<DecisionLogReader>> reader = DecisionLogReader::open(*std::move(source));
  if (!reader) return fail(reader.error().code, fmt::format("{}: {}", path, reader.error().message));
  return reader;
}

}  // namespace acts::backtest
