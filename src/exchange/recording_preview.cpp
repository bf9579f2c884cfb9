#include "exchange/recording_preview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "acts/market/instrument.hpp"

#include "binance/decoder.hpp"
#include "binance/rest.hpp"
#include "binance/streams.hpp"
#include "binance/venue_of_update.hpp"
#include "exchange/merged_recording.hpp"
#include "recording/byte_source.hpp"

namespace acts::exchange {
namespace {

int decimals_of(std::string_view number) {
  const std::size_t dot = number.find('.');
  return dot == std::string_view::npos ? 0
                                       : static_cast<int>(std::min<std::size_t>(number.size() - dot - 1, kMaxScale));
}

// Decimals as written, of the first level in a message; nothing if it has none.
std::optional<Scales> written_decimals(std::string_view json) {
  constexpr std::string_view kFirst = R"([[")";
  constexpr std::string_view kBetween = R"(",")";
  const std::size_t begin = json.find(kFirst);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view rest = json.substr(begin + kFirst.size());
  const std::size_t between = rest.find(kBetween);
  if (between == std::string_view::npos) return std::nullopt;
  const std::string_view second = rest.substr(between + kBetween.size());
  return Scales{static_cast<std::uint8_t>(decimals_of(rest.substr(0, between))),
                static_cast<std::uint8_t>(decimals_of(second.substr(0, second.find('"'))))};
}

Scales both(Scales a, Scales b) { return {std::max(a.price, b.price), std::max(a.quantity, b.quantity)}; }

// Of a recorded answer: how many levels ours show. Cut at another number than a usual one they would pass for whole
// books where more is asked for (depth_limit_of()).
int shown_levels(const DepthSnapshot& snapshot, int asked) {
  if (asked <= 0) return binance::depth_limit_of(snapshot);
  const auto* const above = std::ranges::upper_bound(binance::kUsualDepthLimits, asked);
  return above == binance::kUsualDepthLimits.begin() ? *above : *std::prev(above);
}

// The greatest common divisor of all values seen, which is a tick or step as far as one can tell.
class CommonStep {
 public:
  void add(std::int64_t units, int scale) {
    if (scale > scale_) {
      step_ *= power_of_ten(scale - scale_);
      scale_ = scale;
    }
    step_ = std::gcd(step_, units * power_of_ten(scale_ - scale));
  }
  [[nodiscard]] std::optional<Decimal> value() const {
    if (step_ == 0) return std::nullopt;
    return Decimal{step_, scale_};
  }

 private:
  std::int64_t step_ = 0;
  int scale_ = 0;
};

class Previewer {
 public:
  Previewer(Venue venue, const std::vector<std::string>& only) : venue_(venue), only_(only), decoder_(venue) {
    decoder_.refuse_coarser();
  }

  Result<void> find_symbols(const std::vector<std::string>& paths);
  Result<void> find_starts(const std::vector<std::string>& paths);
  RecordingPreview finish();
  [[nodiscard]] bool found_nothing() const { return preview_.symbols.empty(); }

 private:
  // Updates from `first` on have no snapshot yet; one with an id of `needed` or more heals them.
  struct Break {
    UpdateId first;
    UpdateId needed;
  };
  struct Progress {
    std::optional<UpdateId> last;
    std::optional<Break> open;
    std::optional<TrueBook> early;  // a snapshot in front of the first update
    std::optional<Scales> written;
    CommonStep price;
    CommonStep quantity;
  };

  template <typename Visit>
  Result<void> each_line(const std::vector<std::string>& paths, Visit&& visit);
  void note_problem(std::string text);
  void note_stream(std::size_t file, std::string_view stream);
  void on_message(const MergedLine& line);
  void on_update(std::size_t symbol, const DepthUpdate& update);
  void on_snapshot(std::size_t symbol, const DepthSnapshot& snapshot, const MergedLine& line);
  void measure(std::size_t symbol, Scales scales, std::span<const Level> levels);

  Venue venue_;
  const std::vector<std::string>& only_;
  binance::Decoder decoder_;
  RecordingPreview preview_;
  std::vector<std::set<std::string>> symbols_of_file_;
  std::vector<Progress> progress_;
};

void Previewer::note_problem(std::string text) {
  if (preview_.problems.size() < RecordingPreview::kMaxProblems) preview_.problems.push_back(std::move(text));
}

template <typename Visit>
Result<void> Previewer::each_line(const std::vector<std::string>& paths, Visit&& visit) {
  Result<MergedRecording> recording = MergedRecording::open(paths);
  if (!recording) return std::unexpected(recording.error());
  for (std::uint64_t lines = 0; lines < kMaxPreviewLines; ++lines) {
    Result<std::optional<MergedLine>> line = recording->next();
    if (!line) {
      if (line.error().code == ErrorCode::kUsage) return std::unexpected(line.error());
      continue;  // the second reading counts it
    }
    if (!*line) break;
    visit(**line);
  }
  return {};
}

void Previewer::note_stream(std::size_t file, std::string_view stream) {
  const binance::StreamName name = binance::parse_stream_name(venue_, stream);
  if (name.symbol.empty()) return;
  const std::string symbol = binance::to_venue_symbol(name.symbol);
  symbols_of_file_[file].insert(symbol);
  if (!only_.empty() && std::ranges::count(only_, symbol) == 0) return;
  const binance::InstrumentIndex index = decoder_.add(symbol, Scales{});
  if (index == preview_.symbols.size()) {
    preview_.symbols.emplace_back();
    preview_.symbols.back().listed.instrument.symbol = symbol;
  }
  ListedSymbol& listed = preview_.symbols[index].listed;
  if (std::ranges::count(listed.streams, stream) > 0) return;
  listed.streams.emplace_back(stream);
  if (listed.depth_stream.empty() && name.type.kind == binance::StreamKind::kDepth) listed.depth_stream = stream;
}

Result<void> Previewer::find_symbols(const std::vector<std::string>& paths) {
  symbols_of_file_.resize(paths.size());
  const Result<void> done = each_line(paths, [this](const MergedLine& line) {
    if (preview_.lines++ == 0) preview_.first = line.ts_recv;
    preview_.last = line.ts_recv;
    if (const auto parts = split_combined(line.json)) {
      note_stream(line.file, parts->stream);
    } else if (const std::string stream = stream_of_payload(decoder_, line.json); !stream.empty()) {
      note_stream(line.file, stream);
    }
  });
  if (!done) return done;
  for (const std::set<std::string>& symbols : symbols_of_file_) {
    const binance::InstrumentIndex index =
        symbols.size() == 1 ? decoder_.find(*symbols.begin()) : binance::kNoInstrument;
    preview_.sole_symbol.push_back(index == binance::kNoInstrument ? RecordingPreview::kManySymbols : index);
  }
  progress_.resize(preview_.symbols.size());
  return {};
}

Result<void> Previewer::find_starts(const std::vector<std::string>& paths) {
  return each_line(paths, [this](const MergedLine& line) { on_message(line); });
}

void Previewer::on_message(const MergedLine& line) {
  if (!line.may_be_snapshot()) return;
  const auto parts = split_combined(line.json);
  if (parts && binance::parse_stream_name(venue_, parts->stream).type.kind != binance::StreamKind::kDepth) return;
  std::size_t asked = preview_.sole_symbol[line.file];
  if (!line.rest_symbol.empty()) asked = decoder_.find(line.rest_symbol);
  const bool is_asked = asked < preview_.symbols.size();
  const Result<binance::Message> message =
      decoder_.decode(line.json, is_asked ? static_cast<binance::InstrumentIndex>(asked) : binance::kNoInstrument);
  if (!message) {
    ++preview_.unread;
    note_problem(message.error().message);
    return;
  }
  if (const auto* snapshot = std::get_if<DepthSnapshot>(&message->body)) {
    if (!is_asked) return;
    if (const auto written = written_decimals(line.json)) {
      progress_[asked].written = both(*written, progress_[asked].written.value_or(Scales{}));
    }
    on_snapshot(asked, *snapshot, line);
  } else if (const auto* update = std::get_if<DepthUpdate>(&message->body)) {
    const std::size_t symbol = message->instrument;
    if (symbol >= preview_.symbols.size()) return;
    if (parts && parts->stream != preview_.symbols[symbol].listed.depth_stream) return;
    if (const auto written = written_decimals(line.json)) {
      progress_[symbol].written = both(*written, progress_[symbol].written.value_or(Scales{}));
    }
    on_update(symbol, *update);
  }
}

void Previewer::measure(std::size_t symbol, Scales scales, std::span<const Level> levels) {
  RecordedSymbol& recorded = preview_.symbols[symbol];
  recorded.scales = both(recorded.scales, scales);
  decoder_.set_scales(static_cast<binance::InstrumentIndex>(symbol), recorded.scales);
  for (const Level& level : levels) {
    progress_[symbol].price.add(level.price.units(), scales.price);
    progress_[symbol].quantity.add(level.quantity.units(), scales.quantity);
  }
}

void Previewer::on_update(std::size_t symbol, const DepthUpdate& update) {
  measure(symbol, update.scales, update.bids);
  measure(symbol, update.scales, update.asks);
  Progress& progress = progress_[symbol];
  RecordedSymbol& recorded = preview_.symbols[symbol];
  const UpdateId continues =
      venue_ == Venue::kBinanceUsdm ? update.previous_last_update_id : update.first_update_id.previous();
  if (!progress.last) {
    recorded.before_first = continues;
    progress.open = Break{update.first_update_id, continues};
    if (progress.early && progress.early->last_update_id() >= continues) {
      recorded.starts.push_back({update.first_update_id, *std::exchange(progress.early, std::nullopt)});
      progress.open.reset();
    }
  } else if (update.last_update_id <= *progress.last) {
    return;
  } else if (continues > *progress.last) {
    if (!progress.open) progress.open = Break{update.first_update_id, continues};
    progress.open->needed = continues;
  }
  progress.last = update.last_update_id;
}

void Previewer::on_snapshot(std::size_t symbol, const DepthSnapshot& snapshot, const MergedLine& line) {
  measure(symbol, snapshot.scales, snapshot.bids);
  measure(symbol, snapshot.scales, snapshot.asks);
  Progress& progress = progress_[symbol];
  RecordedSymbol& recorded = preview_.symbols[symbol];
  const int limit = shown_levels(snapshot, line.rest_limit);
  recorded.listed.largest_limit = std::max(recorded.listed.largest_limit, limit);
  const bool heals = progress.open && snapshot.last_update_id >= progress.open->needed;
  if (!heals && progress.last) return;
  TrueBook book(snapshot.scales);
  const BookTimes times{to_unix_millis(snapshot.ts_event), transaction_time(line.json)};
  book.reset(snapshot.last_update_id, times, snapshot.bids, snapshot.asks);
  if (heals) {
    recorded.starts.push_back({progress.open->first, std::move(book)});
    progress.open.reset();
  } else {
    progress.early = std::move(book);
  }
}

RecordingPreview Previewer::finish() {
  for (std::size_t i = 0; i < preview_.symbols.size(); ++i) {
    RecordedSymbol& recorded = preview_.symbols[i];
    Progress& progress = progress_[i];
    if (progress.early && !progress.last) recorded.starts.push_back({UpdateId{}, std::move(*progress.early)});
    ListedSymbol& listed = recorded.listed;
    recorded.is_unhealed = progress.open.has_value();
    if (recorded.is_unhealed) {
      note_problem(
          fmt::format("{}: no snapshot in the recording heals the break at update {}: its book misses what was not "
                      "updated since",
                      listed.instrument.symbol, progress.open->first.value()));
    }
    if (listed.largest_limit == 0) listed.largest_limit = binance::limits(venue_).largest_depth_limit;
    const Scales usual = venue_ == Venue::kBinanceSpot ? Scales{8, 8} : recorded.scales;
    listed.text_decimals = both(progress.written.value_or(usual), recorded.scales);
    Instrument& instrument = listed.instrument;
    instrument.venue = venue_;
    std::tie(instrument.base_asset, instrument.quote_asset) = split_symbol(instrument.symbol);
    instrument.status = TradingStatus::kTrading;
    instrument.tick_size = progress.price.value();
    instrument.min_price = instrument.tick_size;
    instrument.lot_size = progress.quantity.value();
    instrument.min_quantity = instrument.lot_size;
    for (BookStart& start : recorded.starts) {
      if (const Result<void> raised = start.book.rescale(both(start.book.scales(), recorded.scales)); !raised) {
        ++preview_.unread;
        note_problem(fmt::format("{}: {}", instrument.symbol, raised.error().message));
      }
    }
  }
  return std::move(preview_);
}

}  // namespace

Result<RecordingPreview> preview_recordings(Venue venue, const std::vector<std::string>& paths,
                                            const std::vector<std::string>& only) {
  Previewer previewer(venue, only);
  if (Result<void> done = previewer.find_symbols(paths); !done) return std::unexpected(done.error());
  if (previewer.found_nothing()) {
    return fail(ErrorCode::kUsage,
                fmt::format("no market stream{} in {}: give recordings of lines <recv_ns> <json>",
                            only.empty() ? "" : " of the symbols asked for", fmt::join(paths, ", ")));
  }
  if (Result<void> done = previewer.find_starts(paths); !done) return std::unexpected(done.error());
  return previewer.finish();
}

Result<Venue> venue_of_recording(const std::string& path) {
  if (can_be_read_once_only(path)) {
    return fail(ErrorCode::kUsage, path + ": it can be read once only, so say its venue, or give a file");
  }
  constexpr int kLines = 10'000;
  if (Result<void> checked = check_not_all_empty({path}); !checked) return std::unexpected(checked.error());
  Result<MergedRecording> recording = MergedRecording::open({path});
  if (!recording) return std::unexpected(recording.error());
  bool has_lines = false;
  std::optional<Error> unread;
  for (int i = 0; i < kLines; ++i) {
    const Result<std::optional<MergedLine>> line = recording->next();
    if (!line && line.error().code == ErrorCode::kUsage) return std::unexpected(line.error());
    if (!line) {
      if (!unread) unread = line.error();
      continue;
    }
    if (!*line) break;
    has_lines = true;
    if (const std::optional<Venue> venue = binance::venue_of_update((*line)->json)) return *venue;
  }
  if (!has_lines && unread) return std::unexpected(*unread);
  return fail(ErrorCode::kBadInput,
              fmt::format("{}: no depth update in the first {} lines tells the venue; name it", path, kLines));
}

std::string stream_of_payload(binance::Decoder& decoder, std::string_view json) {
  const Result<binance::Message> message = decoder.decode(json);
  if (!message || !message->stream.empty() || message->symbol.empty()) return {};
  const std::string prefix = binance::to_stream_symbol(message->symbol);
  if (std::holds_alternative<DepthUpdate>(message->body)) return prefix + "@depth@100ms";
  if (std::holds_alternative<BookTicker>(message->body)) return prefix + "@bookTicker";
  if (const auto* trade = std::get_if<Trade>(&message->body))
    return prefix + (trade->aggregate ? "@aggTrade" : "@trade");
  return {};
}

std::int64_t transaction_time(std::string_view json) {
  constexpr std::string_view kKey = R"("T":)";
  const std::string_view head = json.substr(0, 192);
  const std::size_t at = head.find(kKey);
  std::int64_t value = 0;
  if (at != std::string_view::npos) {
    std::from_chars(head.data() + at + kKey.size(), head.data() + head.size(), value);
  }
  return value;
}

}  // namespace acts::exchange
