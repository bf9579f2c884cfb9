#include "live/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "collector/actions.hpp"
#include "collector/symbol_status.hpp"

namespace acts {
namespace {

collector::PipelineOptions pipeline_options(const ReplayOptions& options) {
  collector::PipelineOptions result;
  result.venue = options.venue;
  result.bands = options.bands;
  result.stale_after = options.stale_after;
  result.add_unknown_symbols = options.symbols.empty();
  return result;
}

std::string level_text(const std::optional<BookLevel>& level, Scales scales) {
  if (!level) return "none";
  return fmt::format("{} x {}", to_string(to_decimal(level->price, scales)),
                     to_string(to_decimal(level->quantity, scales)));
}

}  // namespace

Replay::Replay(ReplayOptions options, std::function<void(MinuteRow&&)> rows, std::function<void(std::string)> problem)
    : options_(std::move(options)),
      problem_(std::move(problem)),
      pipeline_(pipeline_options(options_), std::move(rows)) {
  pipeline_.set_tap([this](const binance::Message& message) { on_decoded(message); });
}

Result<void> Replay::run(RecordingReader& reader) {
  while (true) {
    const Result<std::optional<RecordedItem>> item = reader.next();
    if (!item) {
      if (item.error().code == ErrorCode::kStorage) return std::unexpected(item.error());
      ++unreadable_;
      problem_(item.error().message);
      continue;
    }
    if (!*item) break;
    if (const auto* line = std::get_if<RecordedLine>(&**item)) {
      on_line(*line);
    } else {
      on_entry(std::get<IndexEntry>(**item));
    }
  }
  unassigned_ += static_cast<std::uint64_t>(held_.has_value());
  return {};
}

bool Replay::wanted(const std::string& symbol) const {
  return options_.symbols.empty() || std::ranges::find(options_.symbols, symbol) != options_.symbols.end();
}

void Replay::add_symbol(const std::string& symbol, std::string_view status, UnixNanos ts) {
  Instrument instrument;
  instrument.venue = options_.venue;
  instrument.symbol = symbol;
  const collector::InstrumentIndex index = pipeline_.add(instrument, ts);
  pipeline_.set_status(index, collector::symbol_status_from(status));
}

void Replay::on_line(const RecordedLine& line) {
  if (!started_) {
    started_ = true;
    for (const std::string& symbol : options_.symbols) add_symbol(symbol, "trading", line.ts_recv);
  }
  if (answer_) {
    on_answer(line.json, line.ts_recv);
    return;
  }
  is_snapshot_ = false;
  const collector::MessageOutcome outcome = pipeline_.on_message(line.json, line.ts_recv);
  if (!outcome.problem.empty() && (!outcome.is_data || options_.symbols.empty())) {
    problem_(fmt::format("{}:{}: {}", line.file, line.line_number, outcome.problem));
  }
  checks_.resize(pipeline_.size());
  if (is_snapshot_) {
    depth_answer(only_symbol(), line.json, options_.limit, line.ts_recv);
  } else if (outcome.update && outcome.instrument != collector::kNoInstrument) {
    checks_[outcome.instrument].on_book(pipeline_.builder(outcome.instrument).book());
  }
  if (held_ && only_symbol() != collector::kNoInstrument) {
    const Held held = *std::exchange(held_, std::nullopt);
    depth_answer(only_symbol(), held.json, options_.limit, line.ts_recv);
  }
}

void Replay::on_decoded(const binance::Message& message) {
  is_snapshot_ = message.symbol.empty() && std::holds_alternative<DepthSnapshot>(message.body);
  const auto* ticker = std::get_if<BookTicker>(&message.body);
  if (ticker != nullptr && message.instrument < checks_.size()) {
    checks_[message.instrument].on_ticker(*ticker, pipeline_.builder(message.instrument).book());
  }
}

collector::InstrumentIndex Replay::only_symbol() const { return pipeline_.size() == 1 ? 0 : collector::kNoInstrument; }

void Replay::depth_answer(collector::InstrumentIndex index, std::string_view json, int limit, UnixNanos ts_recv) {
  if (index == collector::kNoInstrument) {
    if (pipeline_.size() == 0 && !held_) {
      held_ = Held{std::string(json), ts_recv};
      return;
    }
    ++unassigned_;
    problem_(
        "a REST depth answer among several symbols and no index that tells whose it is: left out; name one with "
        "--symbol");
    return;
  }
  if (const Result<void> done = pipeline_.on_depth_answer(index, json, limit, ts_recv); !done)
    problem_(done.error().message);
  checks_.resize(pipeline_.size());
}

void Replay::on_answer(std::string_view json, UnixNanos ts_recv) {
  const index::RestAnswer answer = *std::exchange(answer_, std::nullopt);
  if (answer.kind != to_string(collector::RequestKind::kDepth) || !wanted(answer.symbol)) {
    pipeline_.on_timer(ts_recv);
    return;
  }
  const collector::InstrumentIndex index = pipeline_.find(answer.symbol);
  if (index != collector::kNoInstrument) depth_answer(index, json, static_cast<int>(answer.limit), ts_recv);
}

void Replay::on_entry(const IndexEntry& entry) {
  const auto known = [this](const std::string& symbol) {
    return wanted(symbol) ? pipeline_.find(symbol) : collector::kNoInstrument;
  };
  if (const auto* answer = std::get_if<index::RestAnswer>(&entry.event)) {
    answer_ = *answer;
  } else if (const auto* added = std::get_if<index::SymbolAdded>(&entry.event)) {
    started_ = true;
    pipeline_.add_no_unknown_symbols();  // the run collected those that its index names, and no others
    if (wanted(added->symbol)) add_symbol(added->symbol, added->settings, entry.ts);
  } else if (const auto* removed = std::get_if<index::SymbolRemoved>(&entry.event)) {
    if (const auto at = known(removed->symbol); at != collector::kNoInstrument) pipeline_.remove(at);
  } else if (const auto* failed = std::get_if<index::RestFailed>(&entry.event)) {
    const bool depth = failed->kind == to_string(collector::RequestKind::kDepth);
    const auto at = depth ? known(failed->symbol) : collector::kNoInstrument;
    if (at != collector::kNoInstrument) pipeline_.on_depth_failed(at, entry.ts);
  } else if (const auto* opened = std::get_if<index::StreamOpened>(&entry.event)) {
    if (const auto at = known(opened->symbol); at != collector::kNoInstrument) pipeline_.on_stream_open(at, entry.ts);
  } else if (const auto* lost = std::get_if<index::StreamLost>(&entry.event)) {
    if (const auto at = known(lost->symbol); at != collector::kNoInstrument) pipeline_.on_connection_lost(at, entry.ts);
  } else if (std::holds_alternative<index::Timer>(entry.event) ||
             std::holds_alternative<index::RunStarted>(entry.event) ||
             std::holds_alternative<index::RunEnded>(entry.event)) {
    pipeline_.on_timer(entry.ts);
  }
  checks_.resize(pipeline_.size());
}

std::string Replay::summary() const {
  std::string out;
  for (collector::InstrumentIndex i = 0; i < pipeline_.size(); ++i) {
    const binance::BookBuilder& builder = pipeline_.builder(i);
    const OrderBook& book = builder.book();
    const binance::DepthSync::Counters& counters = builder.sync().counters();
    out += fmt::format(
        "{} {}: bid {}, ask {}, levels {} / {}, applied {}, dropped {}, gaps {}, last update id {}, bookTicker agreed "
        "{} of {}, state {}\n",
        to_string(options_.venue), pipeline_.symbol(i), level_text(book.best(Side::kBid), book.scales()),
        level_text(book.best(Side::kAsk), book.scales()), book.level_count(Side::kBid), book.level_count(Side::kAsk),
        counters.applied, counters.stale, counters.gaps, book.last_update_id().value(),
        checks_[i].points() - checks_[i].differences(), checks_[i].points(), to_string(builder.status().state));
  }
  const collector::PipelineCounters& counters = pipeline_.counters();
  out += fmt::format("messages {}, refused {}, unreadable lines {}, unassigned answers {}, rows {}\n",
                     counters.messages, counters.refused, unreadable_, unassigned_, counters.rows);
  return out;
}

}  // namespace acts
