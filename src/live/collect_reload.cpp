// What a run takes over of other settings while it goes on.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "binance/symbols.hpp"
#include "live/collect.hpp"
#include "live/logging.hpp"
#include "store/sqlite_store.hpp"

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
  std::vector<std::pair<Venue, std::unique_ptr<VenueRun>>> added;
  for (const auto& [venue, of_venue] : *symbols) {
    if (std::ranges::find(venue_of_, venue) != venue_of_.end()) continue;
    auto made = make_venue(venue, of_venue, wanted.addresses_of(venue));
    if (!made) return std::unexpected(made.error());
    added.emplace_back(venue, std::move(*made));
  }
  if (wanted.log != settings_.log) {
    if (Result<void> started = start_logging(wanted.log, settings_.data_dir); !started) return started;
    settings_.log = wanted.log;
  }
  warn_of_unused(wanted);
  const EarlierRun::Symbols new_ones = added_by(*symbols);
  restore_added(new_ones);
  for (std::size_t i = 0; i < venues_.size(); ++i) {
    // Read above already, hence not refused; a venue of which none is wanted any more keeps none.
    if (Result<void> done = venues_[i]->set_symbols((*symbols)[venue_of_[i]]); !done) return done;
  }
  store_missed_of_added(new_ones);
  for (auto& [venue, run] : added) {
    settings_.addresses_of(venue) = wanted.addresses_of(venue);
    run->start(clock_.now());
    add_venue(venue, std::move(run));
  }
  settings_.symbols = wanted.symbols;
  settings_.venue = wanted.venue;
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
  EarlierRun::Symbols before = by_venue(settings_).value_or(EarlierRun::Symbols{});
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

// Before they are collected: each is asked for its book then.
void CollectRun::restore_added(const EarlierRun::Symbols& added) {
  if (added.empty() || !lock_) return;
  std::unique_ptr<SqliteStore> store;
  if (!hooks_.open_store) {
    auto opened = SqliteStore::open_to_read((std::filesystem::path(settings_.data_dir) / "acts.db").string());
    if (opened) store = std::move(*opened);  // if not, store_missed_of_added() says so
  }
  earlier_.restore(added, store.get(), EarlierRun::kAddedLimit);
}

// A symbol that a run takes up again has no rows of the minutes in which no process ran, and perhaps not all of the
// last run's. Those since its start, in which it was not wanted, have none.
void CollectRun::store_missed_of_added(const EarlierRun::Symbols& added) {
  if (hooks_.open_store || added.empty()) return;
  const std::string path = (std::filesystem::path(settings_.data_dir) / "acts.db").string();
  const auto store = SqliteStore::open_to_read(path);
  const Result<void> ready = store ? earlier_.store_rows_of_other_bands(path, **store) : std::unexpected(store.error());
  for (const auto& [venue, typed] : added) {
    const auto begun = begun_at_.find(venue);
    const UnixNanos start = begun == begun_at_.end() ? started_at_ : begun->second;
    auto missed = ready ? earlier_.missed_minutes({{venue, typed}}, **store, start)
                        : Result<MissedMinutes>(std::unexpected(ready.error()));
    if (missed) {
      say_restored(*missed);
      store_missed(std::move(*missed));
    } else {
      log(venue,
          {collector::LogLevel::kWarning, "not_running", "",
           fmt::format("the minutes without a run have no rows for the added symbols: {}", missed.error().message), 0});
    }
  }
}

}  // namespace acts
