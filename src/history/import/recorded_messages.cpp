#include "history/import/recorded_messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <variant>

#include "binance/answer_owners.hpp"
#include "binance/venue_of_update.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kDepth = "depth";
constexpr std::int64_t kAnswered = 200;

// Of an event whose time is told; a zero stands for none.
std::optional<UnixNanos> time_of(const binance::Message& message) {
  return std::visit(
      []<typename Body>([[maybe_unused]] const Body& body) -> std::optional<UnixNanos> {
        if constexpr (requires { body.ts_event; }) {
          if (body.ts_event != UnixNanos{}) return body.ts_event;
        }
        return std::nullopt;
      },
      message.body);
}

class Look {
 public:
  Look(Venue venue, const OnSeen& on_seen) : venue_(venue), decoder_(venue), on_seen_(&on_seen) {}

  Result<void> on_line(const RecordedLine& line, const std::optional<index::RestAnswer>& answer) {
    if (line.file != file_) {
      end_file();
      file_ = line.file;
    }
    if (line.use == LineUse::kHeld) return {};
    if (answer) {
      if (answer->kind == kDepth && answer->status == kAnswered) on_answer(line, answer->symbol);
      return check();
    }
    const binance::Decoded decoded = decoder_.decode(line.json);
    if (!decoded) {
      ++found_.refused;
      if (file_updates_ == 0) look_at_venue(line.json, refused_of_other_);
      return {};
    }
    on_message(*decoded, line);
    if (*on_seen_) (*on_seen_)({*decoded, line, decoded->symbol});
    take_answers();
    return check();
  }
  void on_unreadable() { ++found_.unreadable; }
  void on_damaged(std::string problem) {
    if (++found_.damaged_files <= RecordingContents::kMostDamaged) found_.damaged.push_back(std::move(problem));
  }
  RecordingContents finish() {
    end_file();
    return std::move(found_);
  }

 private:
  RecordingContents::Symbol& of(std::string_view symbol) {
    const auto known = found_.symbols.find(symbol);
    return known != found_.symbols.end() ? known->second : found_.symbols[std::string(symbol)];
  }

  void on_answer(const RecordedLine& line, std::string_view symbol) {
    ++of(symbol).snapshots;
    if (!*on_seen_) return;
    const binance::Decoded decoded = decoder_.decode(line.json, decoder_.add(symbol, {}));
    if (!decoded) {
      ++found_.refused;
      return;
    }
    (*on_seen_)({*decoded, line, symbol});
  }

  void on_message(const binance::Message& message, const RecordedLine& line) {
    if (const auto* snapshot = std::get_if<DepthSnapshot>(&message.body)) {
      owners_.on_answer({snapshot->last_update_id, {}, line.ts_recv, line.line_number});
      return;
    }
    if (message.symbol.empty() || !binance::scales_of(message)) return;
    decoder_.remember_scales(decoder_.add(message.symbol, {}), message);
    RecordingContents::Symbol& symbol = of(message.symbol);
    if (const auto* update = std::get_if<DepthUpdate>(&message.body)) {
      ++symbol.updates;
      if (++file_updates_ == 1) look_at_venue(line.json, decoded_of_other_);
      const bool is_usdm = venue_ == Venue::kBinanceUsdm;
      owners_.on_ids(message.symbol, is_usdm ? update->previous_last_update_id : update->first_update_id.previous(),
                     update->last_update_id);
    } else if (const auto* ticker = std::get_if<BookTicker>(&message.body)) {
      ++symbol.tickers;
      owners_.on_ids(message.symbol, ticker->update_id, ticker->update_id);
    } else {
      if (const auto* trade = std::get_if<Trade>(&message.body))
        ++(trade->aggregate ? symbol.agg_trades : symbol.trades);
      owners_.on_message(message.symbol);
    }
  }

  void look_at_venue(std::string_view json, std::optional<Venue>& other) const {
    const std::optional<Venue> venue = binance::venue_of_update(json);
    if (venue && *venue != venue_) other = venue;
  }

  void take_answers() {
    if (!owners_.may_take()) return;
    for (const binance::AnswerOwners::Answer& answer : owners_.take()) {
      if (answer.symbol.empty()) {
        ++found_.unassigned;
        continue;
      }
      ++of(answer.symbol).snapshots;
      found_.answers[{file_, answer.line_number}] = answer.symbol;
    }
  }

  // One that cannot be decoded may be damaged, and tells a venue only where all of the file's are so.
  void end_file() {
    const std::optional<Venue> other = file_updates_ == 0 ? refused_of_other_ : decoded_of_other_;
    if (other && !found_.of_other_venue) found_.of_other_venue.emplace(file_, *other);
    file_updates_ = 0;
    refused_of_other_.reset();
    decoded_of_other_.reset();
    owners_.end_file();
    take_answers();
  }

  [[nodiscard]] Result<void> check() const {
    if (found_.symbols.size() <= RecordingContents::kMostSymbols) return {};
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it has messages of more than {} symbols", file_, RecordingContents::kMostSymbols));
  }

  Venue venue_;
  binance::Decoder decoder_;
  binance::AnswerOwners owners_;
  const OnSeen* on_seen_;
  std::string file_;
  std::uint64_t file_updates_ = 0;         // of depth, decoded
  std::optional<Venue> decoded_of_other_;  // what the first of them tells, or those that could not be decoded
  std::optional<Venue> refused_of_other_;
  RecordingContents found_;
};

}  // namespace

Result<RecordingContents> contents_of(const OpenRecording& open, Venue venue, const OnSeen& on_seen) {
  auto reader = open();
  if (!reader) return std::unexpected(reader.error());
  Look look(venue, on_seen);
  std::optional<index::RestAnswer> asked;
  std::uint64_t cut_files = 0;
  for (;;) {
    const auto item = reader->next();
    if (!item) {
      if (item.error().code != ErrorCode::kBadInput) return std::unexpected(item.error());
      look.on_unreadable();
      if (std::exchange(cut_files, reader->cut_files()) != reader->cut_files()) look.on_damaged(item.error().message);
      asked.reset();
      continue;
    }
    if (!*item) return look.finish();
    if (const auto* entry = std::get_if<IndexEntry>(&**item)) {
      if (const auto* answer = std::get_if<index::RestAnswer>(&entry->event)) asked = *answer;
      continue;
    }
    const std::optional<index::RestAnswer> answer = std::exchange(asked, std::nullopt);
    if (Result<void> taken = look.on_line(std::get<RecordedLine>(**item), answer); !taken) {
      return std::unexpected(taken.error());
    }
  }
}

bool MessagesOnce::is_first(const binance::Message& message) {
  if (const auto* update = std::get_if<DepthUpdate>(&message.body)) {
    return updates_.is_new(update->last_update_id.value());
  }
  if (const auto* ticker = std::get_if<BookTicker>(&message.body)) return tickers_.is_new(ticker->update_id.value());
  if (const auto* trade = std::get_if<Trade>(&message.body)) {
    return (trade->aggregate ? agg_trades_ : trades_).is_new(trade->trade_id);
  }
  return true;
}

std::optional<UnixNanos> EventTimes::of(const binance::Message& message, std::string_view json) {
  if (venue_ == Venue::kBinanceUsdm) {
    if (const std::optional<UnixNanos> made = transaction_time_.of(json)) return made;
  }
  return time_of(message);
}

RecordedMessages::RecordedMessages(RecordingReader reader, MessageFilter filter, const RecordingContents& contents)
    : reader_(std::move(reader)),
      filter_(std::move(filter)),
      contents_(&contents),
      decoder_(filter_.venue),
      event_times_(filter_.venue) {
  if (!filter_.symbol.empty()) {
    decoder_.add(filter_.symbol, {});
  } else {
    for (const auto& [name, symbol] : contents.symbols) decoder_.add(name, {});
  }
  once_.resize(decoder_.size());
}

Result<RecordedMessages::Got> RecordedMessages::next() {
  for (;;) {
    const auto item = reader_.next();
    if (!item) {
      if (item.error().code != ErrorCode::kBadInput) return std::unexpected(item.error());
      text_ = {};
      of_ = binance::kNoInstrument;
      asked_.reset();
      return refuse(item.error().message);
    }
    if (!*item) return Got::kEnd;
    if (const auto* entry = std::get_if<IndexEntry>(&**item)) {
      if (const auto* answer = std::get_if<index::RestAnswer>(&entry->event)) asked_ = *answer;
      continue;
    }
    const auto& line = std::get<RecordedLine>(**item);
    const std::optional<index::RestAnswer> answer = std::exchange(asked_, std::nullopt);
    if (line.use == LineUse::kHeld || !is_within(line.ts_recv)) continue;
    problem_.clear();
    if (!take(line, answer)) continue;
    return problem_.empty() ? Got::kMessage : Got::kBad;
  }
}

// False: it is not one of the symbol's. With a problem: it cannot be read.
bool RecordedMessages::take(const RecordedLine& line, const std::optional<index::RestAnswer>& answer) {
  const binance::InstrumentIndex asked = whose_answer(line, answer);
  if (answer && asked == binance::kNoInstrument) return false;
  line_number_ = line.line_number;
  text_ = line.json;
  binance::Decoded decoded = decoder_.decode(line.json, asked);
  if (!decoded) {
    of_ = asked != binance::kNoInstrument ? asked : decoded.error().instrument;
    // The decoder knows our symbols alone: a message whose symbol it cannot tell is ours where there is no other.
    const bool is_told = of_ != binance::kNoInstrument || filter_.symbol.empty() || contents_->symbols.size() == 1;
    if (is_told) refuse(fmt::format("{}:{}: {}", line.file, line.line_number, decoded.error().message));
    return is_told;
  }
  message_ = *std::move(decoded);
  of_ = message_.instrument;
  if (of_ == binance::kNoInstrument || !binance::scales_of(message_) || !once_[of_].is_first(message_)) return false;
  decoder_.remember_scales(of_, message_);
  ts_recv_ = line.ts_recv;
  return true;
}

// kNoInstrument: it is no depth answer, or of no symbol of ours.
binance::InstrumentIndex RecordedMessages::whose_answer(const RecordedLine& line,
                                                        const std::optional<index::RestAnswer>& answer) const {
  if (answer) {
    const bool is_book = answer->kind == kDepth && answer->status == kAnswered;
    return is_book ? decoder_.find(answer->symbol) : binance::kNoInstrument;
  }
  if (contents_->answers.empty()) return binance::kNoInstrument;
  const auto told = contents_->answers.find({std::string(line.file), line.line_number});
  return told != contents_->answers.end() ? decoder_.find(told->second) : binance::kNoInstrument;
}

bool RecordedMessages::is_within(UnixNanos ts) const {
  return (!filter_.from || ts >= *filter_.from) && (!filter_.to || ts < *filter_.to);
}

RecordedMessages::Got RecordedMessages::refuse(std::string problem) {
  problem_ = std::move(problem);
  return Got::kBad;
}

}  // namespace acts::history
