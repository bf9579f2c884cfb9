#include "exchange/replay_source.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/streams.hpp"

namespace acts::exchange {
Result<std::unique_ptr<ReplaySource>> ReplaySource::open(const ReplayOptions& options) {
  Result<RecordingPreview> preview = preview_recordings(options.venue, options.files, options.symbols);
  if (!preview) return std::unexpected(preview.error());
  Result<MergedRecording> recording = MergedRecording::open(options.files);
  if (!recording) return std::unexpected(recording.error());
  return std::unique_ptr<ReplaySource>(new ReplaySource(options, std::move(*preview), std::move(*recording)));
}

ReplaySource::ReplaySource(const ReplayOptions& options, RecordingPreview preview, MergedRecording recording)
    : venue_(options.venue),
      all_symbols_(options.symbols.empty()),
      recording_(std::move(recording)),
      decoder_(options.venue),
      problems_(std::move(preview.problems)),
      first_(preview.first),
      last_(preview.last) {
  decoder_.refuse_coarser();
  for (RecordedSymbol& recorded : preview.symbols) {
    decoder_.add(recorded.listed.instrument.symbol, recorded.scales);
    listed_.push_back(std::move(recorded.listed));
    Symbol symbol{TrueBook(recorded.scales), std::move(recorded.starts), 0, std::nullopt};
    if (symbol.starts.empty()) {
      symbol.book.reset(recorded.before_first, {}, {}, {});
    } else {
      symbol.book = symbol.starts[symbol.next_start++].book;
    }
    symbols_.push_back(std::move(symbol));
  }
  read_ahead();
}

void ReplaySource::read_ahead() {
  Result<std::optional<MergedLine>> line = recording_.next();
  if (!line) {
    next_error_ = line.error();
    next_time_ = next_time_.value_or(first_);
    return;
  }
  next_line_ = std::move(*line);
  if (next_line_) {
    next_time_ = next_line_->ts_recv;
  } else {
    next_time_.reset();
  }
}

SymbolIndex ReplaySource::symbol_of(std::string_view stream) const {
  const binance::StreamName name = binance::parse_stream_name(venue_, stream);
  if (name.symbol.empty()) return kNoSymbol;
  const binance::InstrumentIndex index = decoder_.find(binance::to_venue_symbol(name.symbol));
  return index == binance::kNoInstrument ? kNoSymbol : index;
}

Result<void> ReplaySource::step(std::vector<MarketMessage>& out) {
  ACTS_ASSERT(next_time_.has_value());
  const std::optional<Error> error = std::exchange(next_error_, std::nullopt);
  std::optional<MergedLine> line = std::exchange(next_line_, std::nullopt);
  read_ahead();
  if (error) return std::unexpected(*error);

  std::optional<MarketMessage> message;
  if (split_combined(line->json)) {
    message = as_combined(std::move(line->json));
  } else {
    const std::string stream = stream_of_payload(decoder_, line->json);
    if (stream.empty()) return {};
    message = make_combined(stream, line->json);
  }
  message->symbol = symbol_of(message->stream());
  if (message->symbol == kNoSymbol && !all_symbols_) return {};
  Result<void> done;
  if (message->symbol != kNoSymbol && message->stream() == listed_[message->symbol].depth_stream)
    done = on_depth(*message);
  out.push_back(std::move(*message));
  return done;
}

Result<void> ReplaySource::on_depth(MarketMessage& message) {
  const Result<binance::Message> decoded = decoder_.decode(message.combined);
  if (!decoded) return std::unexpected(decoded.error());
  const auto* update = std::get_if<DepthUpdate>(&decoded->body);
  if (update == nullptr || decoded->instrument != message.symbol) return {};
  message.is_depth_update = true;
  message.first_update_id = update->first_update_id;
  message.last_update_id = update->last_update_id;
  message.previous_last_update_id = update->previous_last_update_id;
  message.times = {to_unix_millis(update->ts_event), transaction_time(message.payload())};
  return apply(symbols_[message.symbol], *update, message.times);
}

Result<void> ReplaySource::apply(Symbol& symbol, const DepthUpdate& update, BookTimes times) {
  const bool usdm = venue_ == Venue::kBinanceUsdm;
  const UpdateId continues = usdm ? update.previous_last_update_id : update.first_update_id.previous();
  if (symbol.last && continues > *symbol.last) ++gaps_;
  symbol.last = symbol.last ? std::max(*symbol.last, update.last_update_id) : update.last_update_id;
  if (symbol.next_start < symbol.starts.size() &&
      symbol.starts[symbol.next_start].first_update_id == update.first_update_id) {
    symbol.book = symbol.starts[symbol.next_start++].book;
    symbol.book.keep_history(history_);
  }
  // Older than the snapshot, or seen before. USD-M counts an update with the snapshot's own id as its first.
  const UpdateId id = symbol.book.last_update_id();
  if (usdm ? update.last_update_id < id : update.last_update_id <= id) return {};
  if (symbol.book.scales() != update.scales) {
    if (Result<void> raised = symbol.book.rescale(update.scales); !raised) return raised;
    decoder_.set_scales(static_cast<binance::InstrumentIndex>(&symbol - symbols_.data()), update.scales);
  }
  symbol.book.apply(update.last_update_id, times, update.bids, update.asks);
  return {};
}

const TrueBook* ReplaySource::book(SymbolIndex symbol) const {
  return symbol < symbols_.size() ? &symbols_[symbol].book : nullptr;
}

void ReplaySource::keep_history(std::size_t updates) {
  history_ = updates;
  for (Symbol& symbol : symbols_) symbol.book.keep_history(updates);
}

}  // namespace acts::exchange
