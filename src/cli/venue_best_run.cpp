#include "cli/venue_best_run.hpp"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "acts/features/venue_best.hpp"

#include "binance/symbols.hpp"
#include "cli/command.hpp"
#include "exchange/recording_preview.hpp"
#include "live/recorded_range.hpp"

namespace acts::cli {
namespace {

struct Source {
  Venue venue;
  RecordingReader reader;
  ReplayOptions options;
  std::unique_ptr<Replay> replay = nullptr;
};

ReplayOptions options_of(const ReplaySettings& settings, Venue venue, const std::string& symbol) {
  ReplayOptions options = settings.replay;
  options.venue = venue;
  options.symbols = {symbol};
  return options;
}

// By venue, in the order of venues; files of one venue in the order given.
Result<std::deque<Source>> sources_of_files(const ReplaySettings& settings, const std::string& symbol) {
  std::map<Venue, std::vector<std::string>> files;
  for (const std::string& file : settings.files) {
    const auto venue = exchange::venue_of_recording(file);
    if (!venue) return std::unexpected(venue.error());
    files[*venue].push_back(file);
  }
  std::deque<Source> sources;
  for (const auto& [venue, of_venue] : files) {
    auto reader = RecordingReader::open(of_venue);
    if (!reader) return std::unexpected(reader.error());
    sources.push_back({venue, std::move(*reader), options_of(settings, venue, symbol)});
  }
  return sources;
}

Result<std::deque<Source>> sources_of_data_dir(const ReplaySettings& settings, const std::string& symbol,
                                               const std::string& data_dir) {
  std::deque<Source> sources;
  std::string nothing;
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const std::string recorded = recorded_symbol(data_dir, venue, symbol);
    auto range = recorded_range({.data_dir = data_dir,
                                 .venue = venue,
                                 .symbol = recorded,
                                 .from = settings.from,
                                 .to = settings.to,
                                 .before = settings.features.interval});
    if (!range && range.error().code != ErrorCode::kUsage) return std::unexpected(range.error());
    if (!range) {
      nothing = range.error().message;
      continue;
    }
    ReplayOptions options = options_of(settings, venue, recorded);
    options.untold = range->settings.value_or(options.untold);
    if (range->book) {
      options.begins_at_book = true;
      options.books.push_back(std::move(*range->book));
    }
    sources.push_back({venue, RecordingReader(std::move(range->inputs), range->from), std::move(options)});
  }
  if (sources.empty()) return fail(ErrorCode::kUsage, nothing);
  return sources;
}

Result<std::string> symbol_of(const ReplaySettings& settings) {
  if (settings.symbols.size() != 1) return fail(ErrorCode::kUsage, "best_over_venues: name one symbol with --symbol");
  const auto wish = binance::parse_symbol_wish(settings.symbols[0], Venue::kBinanceSpot);
  if (!wish) return fail(wish.error().code, fmt::format("--symbol: {}", wish.error().message));
  return wish->text;
}

class Run {
 public:
  Run(const ReplaySettings& settings, std::deque<Source> sources)
      : settings_(settings), sources_(std::move(sources)), best_(names()) {
    for (std::size_t i = 0; i < sources_.size(); ++i) start(i);
  }

  int run() {
    if (settings_.rows == "csv") append_csv_header(text_, schema_);
    for (;;) {
      if (const auto venue = best_.waits_for()) {
        Source& source = sources_[*venue];
        const Result<bool> goes_on = source.replay->step(source.reader);
        if (!goes_on) return out_.finish(complain(goes_on.error()));
        if (!*goes_on) best_.end(*venue);
        continue;
      }
      const std::optional<MinuteRow> row = best_.next();
      if (!row || (settings_.to && row->sample_time() >= *settings_.to)) break;
      print(*row);
    }
    out_.write(text_);
    return out_.finish(verdict());
  }

 private:
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    names.reserve(sources_.size());
    for (const Source& source : sources_) names.emplace_back(to_string(source.venue));
    return names;
  }

  void start(std::size_t i) {
    const auto on_row = [this, i](MinuteRow&& row) {
      best_.add(i, top_of(row, sources_[i].replay->pipeline().schema()));
    };
    sources_[i].replay = std::make_unique<Replay>(
        sources_[i].options, on_row, [](const std::string& problem) { complain(problem, LogLevel::kWarn); });
  }

  void print(const MinuteRow& row) {
    if (settings_.from && row.sample_time() < *settings_.from) return;
    if (settings_.rows == "csv") append_csv(text_, schema_, row);
    if (settings_.rows == "json") append_json(text_, schema_, row);
    out_.write(text_);
    text_.clear();
  }

  [[nodiscard]] int verdict() const {
    int code = kExitDone;
    for (const Source& source : sources_) {
      if (!source.replay->missing_symbols().empty()) {
        complain(fmt::format("--symbol: no message of {} of {} in what was read", settings_.symbols[0],
                             to_string(source.venue)));
        code = kExitBadInput;
      }
      if (source.reader.bad_places() + source.replay->leaps() > 0) {
        complain("places of what was read are damaged or no recording, see above: what could be read was used");
        code = kExitBadInput;
      }
    }
    return code;
  }

  const ReplaySettings& settings_;
  std::deque<Source> sources_;
  VenueBest best_;
  RowSchema schema_ = VenueBest::schema();
  Output out_;
  std::string text_;
};

}  // namespace

int replay_venue_best(const ReplaySettings& given, const std::string& data_dir) {
  ReplaySettings settings = given;
  auto features = IntervalFeatures::make(settings.features);
  if (!features) return complain(features.error());
  settings.replay.features = std::move(*features);
  const Result<std::string> symbol = symbol_of(settings);
  if (!symbol) return complain(symbol.error());
  auto sources =
      settings.files.empty() ? sources_of_data_dir(settings, *symbol, data_dir) : sources_of_files(settings, *symbol);
  if (!sources) return complain(sources.error());
  return Run(settings, std::move(*sources)).run();
}

}  // namespace acts::cli
