// What a run takes over of other settings while it goes on.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "binance/symbols.hpp"
#include "collector/collector.hpp"
#include "live/collect.hpp"
#include "live/logging.hpp"

namespace acts {

// Symbols by venue, in the order in which they were typed.
Result<EarlierRun::Symbols> CollectRun::by_venue(const CollectSettings& settings) {
  EarlierRun::Symbols symbols;
  for (const std::string& typed : settings.symbols) {
    const Result<binance::SymbolWish> wish = binance::parse_symbol_wish(typed, settings.venue);
    if (!wish) return std::unexpected(wish.error());
    symbols[wish->venue].push_back(wish->text);
  }
  if (symbols.empty())
    return fail(ErrorCode::kUsage, "no symbol to collect: name some, such as 'acts collect BTCUSDT ETHUSDT'");
  return symbols;
}

Result<void> CollectRun::reload(const CollectSettings& wanted) {
  if (ending_) return fail(ErrorCode::kCancelled, "the run is ending");
  if (wanted.symbols.empty()) {
    return fail(ErrorCode::kUsage, "no symbol is left to collect: list those to keep in acts.toml or its symbol file");
  }
  // All that can fail comes first.
  auto symbols = by_venue(wanted);
  if (!symbols) return std::unexpected(symbols.error());
  Reload reload{wanted, std::move(*symbols)};
  if (Result<void> checked = check_added_venues(reload); !checked) return checked;
  if (wanted.log != settings_.log) {
    if (Result<void> started = start_logging(wanted.log, settings_.data_dir); !started) return started;
    settings_.log = wanted.log;
  }
  if (restore_) {
    next_reload_ = std::move(reload);
    log(std::nullopt,
        {collector::LogLevel::kInfo, "reload", "", "taken over once the symbols that were added before have begun", 0});
  } else if (Result<void> begun = begin_reload(std::move(reload)); !begun) {
    return begun;
  }
  settings_.symbols = wanted.symbols;
  settings_.venue = wanted.venue;
  return {};
}

// A venue's run has threads and files of its own: it is made once its turn has come.
Result<void> CollectRun::check_added_venues(const Reload& reload) {
  for (const auto& [venue, of_venue] : reload.symbols) {
    if (std::ranges::find(venue_of_, venue) != venue_of_.end()) continue;
    auto options = venue_options(venue, of_venue, reload.wanted.addresses_of(venue));
    if (!options) return std::unexpected(options.error());
    collector::NullRunLog none;
    const auto made = collector::Collector::make(std::move(options->collector), [](MinuteRow&&) {}, none);
    if (!made) return std::unexpected(made.error());
  }
  return {};
}

// Of what is checked.
Result<void> CollectRun::begin_reload(Reload reload) {
  warn_of_unused(reload.wanted);
  EarlierRun::Symbols added = added_by(reload.symbols);
  if (added.empty() || !lock_) return take_over(std::move(reload), {});
  restore_added(std::move(reload), std::move(added));
  return {};
}

// Before they are collected: each is asked for its book then.
void CollectRun::restore_added(Reload reload, EarlierRun::Symbols added) {
  RestoreRequest request{
      .settings = settings_, .known = earlier_.lend(), .has_database = !hooks_.open_store, .limit = hooks_.added_limit};
  request.settings.reload = nullptr;
  for (const auto& [venue, typed] : added) {
    const auto begun = begun_at_.find(venue);
    request.begins_at[venue] = begun == begun_at_.end() ? started_at_ : begun->second;
  }
  log(std::nullopt,
      {collector::LogLevel::kInfo, "reload", "",
       fmt::format("what earlier runs have left of {} added symbols is read: they begin once it is", count_of(added)),
       0});
  request.added = std::move(added);
  restore_ = std::make_unique<RestoreThread>(
      loop_, std::move(request),
      [this, alive = std::weak_ptr(alive_), reload = std::move(reload)](RestoredSymbols restored) {
        if (!alive.expired()) on_restored(reload, std::move(restored));
      });
}

void CollectRun::on_restored(Reload reload, RestoredSymbols restored) {
  restore_.reset();
  if (stop_began_) return;
  const auto say_failed = [this](const Result<void>& done) {
    if (done) return;
    log(std::nullopt, {collector::LogLevel::kError, "reload", "",
                       fmt::format("{}; the run goes on as it was", done.error().message), 0});
  };
  for (const auto& [venue, line] : restored.said) log(venue, line);
  earlier_.take_back(std::move(restored.found));
  say_failed(take_over(std::move(reload), std::move(restored.missed)));
  if (next_reload_) say_failed(begin_reload(*std::exchange(next_reload_, std::nullopt)));
}

Result<void> CollectRun::take_over(Reload reload, std::vector<std::pair<Venue, Result<MissedMinutes>>> missed) {
  std::vector<std::pair<Venue, std::unique_ptr<VenueRun>>> added;
  for (const auto& [venue, of_venue] : reload.symbols) {
    if (std::ranges::find(venue_of_, venue) != venue_of_.end()) continue;
    auto made = make_venue(venue, of_venue, reload.wanted.addresses_of(venue));
    if (!made) return std::unexpected(made.error());
    added.emplace_back(venue, std::move(*made));
  }
  for (std::size_t i = 0; i < venues_.size(); ++i) {
    // Read before, hence not refused; a venue of which none is wanted any more keeps none.
    if (Result<void> done = venues_[i]->set_symbols(reload.symbols[venue_of_[i]]); !done) return done;
  }
  store_missed_of_added(std::move(missed));
  for (auto& [venue, run] : added) {
    settings_.addresses_of(venue) = reload.wanted.addresses_of(venue);
    run->start(clock_.now());
    add_venue(venue, std::move(run));
  }
  symbols_ = std::move(reload.symbols);
  return {};
}

void CollectRun::warn_of_unused(const CollectSettings& wanted) {
  const auto warn = [this](std::string text) {
    log(settings_.venue, {collector::LogLevel::kWarning, "reload", "", std::move(text), 0});
  };
  for (const std::string& key : keys_that_need_a_restart(settings_, wanted, venue_of_)) {
    warn(fmt::format("{}: needs a restart to be as in the configuration now", key));
  }
  for (const std::string& notice : wanted.notices) warn(notice);
}

// What this run has had before, it has its own book of, and its rows are on their way.
EarlierRun::Symbols CollectRun::added_by(const EarlierRun::Symbols& wanted) const {
  EarlierRun::Symbols before = symbols_;
  EarlierRun::Symbols added;
  for (const auto& [venue, typed] : wanted) {
    for (const std::string& text : typed) {
      if (std::ranges::count(before[venue], text) == 0 && !has_had(venue, text)) added[venue].push_back(text);
    }
  }
  return added;
}

bool CollectRun::has_had(Venue venue, const std::string& typed) const {
  for (std::size_t i = 0; i < venues_.size(); ++i) {
    const collector::MarketPipeline& pipeline = venues_[i]->collector().pipeline();
    const auto is_known = [&](const std::string& symbol) { return pipeline.find(symbol) != collector::kNoInstrument; };
    if (venue_of_[i] == venue && std::ranges::any_of(EarlierRun::meant(typed), is_known)) return true;
  }
  return false;
}

// A symbol that a run takes up again has no rows of the minutes in which no process ran, and perhaps not all of the
// last run's. Those since its start, in which it was not wanted, have none.
void CollectRun::store_missed_of_added(std::vector<std::pair<Venue, Result<MissedMinutes>>> missed) {
  for (auto& [venue, of_venue] : missed) {
    if (of_venue) {
      say_restored(*of_venue);
      store_missed(std::move(*of_venue));
      // Its run may have begun while they were looked for.
      const auto begun = begun_at_.find(venue);
      if (begun != begun_at_.end()) store_missed(earlier_.minutes_until(venue, begun->second));
    } else {
      log(venue,
          {collector::LogLevel::kWarning, "not_running", "",
           fmt::format("the minutes without a run have no rows for the added symbols: {}", of_venue.error().message),
           0});
    }
  }
}

}  // namespace acts
