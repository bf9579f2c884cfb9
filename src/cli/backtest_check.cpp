#include "cli/backtest_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "backtest/account_book.hpp"
#include "backtest/instrument.hpp"
#include "backtest/venue_rules.hpp"

namespace acts::cli {
namespace {

using backtest::BacktestSettings;
using backtest::InstrumentSettings;

// What is not looked at must not look as if it counted.
struct UnusedKey {
  std::string_view section;
  std::string_view key;  // empty: all of the section
};
Result<void> check_unused(const std::vector<ConfigEntry>& entries, std::span<const UnusedKey> unused,
                          std::string_view why) {
  for (const UnusedKey& of : unused) {
    const auto found = std::ranges::find_if(entries, [&of](const ConfigEntry& entry) {
      return entry.section == of.section && !entry.key.empty() && (of.key.empty() || entry.key == of.key);
    });
    if (found == entries.end()) continue;
    return fail(ErrorCode::kUsage, fmt::format("{} in [{}] is {}: take it out", found->key, found->section, why));
  }
  return {};
}

std::unexpected<Error> missing(std::string_view what) {
  return fail(ErrorCode::kUsage, fmt::format("{} is missing", what));
}

// What bars do not tell of an account.
Result<void> check_bar_account(const BacktestSettings& settings) {
  const std::vector<InstrumentSettings>& all = settings.instruments;
  if (settings.account == sim::AccountKind::kMargin && all.size() > 1) {
    return fail(ErrorCode::kUsage,
                "kind = \"margin\" over bars is of one instrument: bars do not tell which of several "
                "prices came to its worst first, and so when margin ended");
  }
  for (const InstrumentSettings& of : all) {
    if (of.initial_base.units != 0) {
      return fail(ErrorCode::kUsage,
                  "initial_base in [instrument] is of order books: over bars what is there from the "
                  "start has no price before the first close; buy it, or take it out");
    }
  }
  return {};
}

// What an account of one kind does not look at, and what it cannot be combined with.
Result<void> check_account(const std::vector<ConfigEntry>& entries, const BacktestSettings& settings) {
  const bool is_limited = settings.account != sim::AccountKind::kUnlimited;
  if (settings.is_bars && is_limited) {
    if (Result<void> fits = check_bar_account(settings); !fits) return fits;
  }
  const bool is_compatible = std::ranges::any_of(
      settings.instruments, [](const InstrumentSettings& of) { return of.exchange.as_hftbacktest; });
  if (is_compatible && is_limited) {
    return fail(ErrorCode::kUsage, "hftbacktest has no accounts: take kind in [account] or compatibility out");
  }
  constexpr std::array<UnusedKey, 2> kOfMargin{{{"margin", ""}, {"instrument.margin", ""}}};
  if (settings.account != sim::AccountKind::kMargin) {
    if (Result<void> fits = check_unused(entries, kOfMargin, "of kind = \"margin\" in [account]"); !fits) return fits;
  }
  constexpr std::array<UnusedKey, 1> kOfSpot{{{"instrument", "initial_base"}}};
  if (settings.account != sim::AccountKind::kSpot) {
    return check_unused(entries, kOfSpot, "of kind = \"spot\" in [account]");
  }
  // What is paid for a position would come out of what orders have set aside.
  constexpr std::array<UnusedKey, 2> kOfPerpetuals{{{"funding", ""}, {"instrument.funding", ""}}};
  if (Result<void> fits = check_unused(entries, kOfPerpetuals, "of perpetual contracts, and not of kind = \"spot\"");
      !fits) {
    return fits;
  }
  const auto perpetual = std::ranges::find(settings.instruments, Venue::kBinanceUsdm,
                                           [](const InstrumentSettings& of) { return of.info.venue; });
  if (perpetual == settings.instruments.end()) return {};
  return fail(ErrorCode::kUsage, fmt::format("kind = \"spot\" in [account] cannot hold contracts, as {} of {} is: "
                                             "take kind = \"margin\"",
                                             perpetual->info.symbol, to_string(perpetual->info.venue)));
}

// Of an instrument: fees that are paid in another asset.
Result<void> check_fees(const std::vector<ConfigEntry>& entries, const InstrumentSettings& settings) {
  constexpr std::array<UnusedKey, 3> kOfOther{
      {{"fees", "discount"}, {"fees", "asset_price"}, {"fees", "asset_balance"}}};
  if (settings.fees.asset != sim::FeeAsset::kOther) {
    return check_unused(entries, kOfOther, "of an asset that fees are paid in, asset = \"BNB\"");
  }
  if (settings.fees.other_price.units == 0) return missing("asset_price in [fees]");
  return settings.fees.other_balance.units == 0 ? missing("asset_balance in [fees]") : Result<void>();
}

Result<void> check_distribution(std::string_view way, const sim::DistributionParameters& given) {
  const auto made = sim::LatencyDistribution::of(given);
  return made ? Result<void>() : fail(ErrorCode::kUsage, fmt::format("[latency.{}]: {}", way, made.error().message));
}

Result<void> check_latency(const std::vector<ConfigEntry>& entries, const InstrumentSettings& settings) {
  constexpr std::array<UnusedKey, 1> kOfRecorded{{{"latency", "file"}}};
  constexpr std::array<UnusedKey, 2> kOfConstant{{{"latency", "entry"}, {"latency", "response"}}};
  constexpr std::array<UnusedKey, 3> kOfDrawn{{{"latency", "seed"}, {"latency.entry", ""}, {"latency.response", ""}}};
  const backtest::LatencySettings& given = settings.latency;
  if (!given.is_drawn) {
    if (Result<void> fits = check_unused(entries, kOfDrawn, "of the model \"distribution\""); !fits) return fits;
  } else {
    if (Result<void> fits = check_unused(entries, kOfConstant, "of the model \"constant\""); !fits) return fits;
    if (Result<void> fits = check_unused(entries, kOfRecorded, "of the model \"recorded\""); !fits) return fits;
    if (Result<void> fits = check_distribution("entry", given.entry_distribution); !fits) return fits;
    return check_distribution("response", given.response_distribution);
  }
  const bool is_constant = std::ranges::any_of(entries, [](const ConfigEntry& entry) {
    return entry.section == "latency" && entry.key == "model" && entry.values[0] == "constant";
  });
  if (is_constant) return check_unused(entries, kOfRecorded, "of the model \"recorded\"");
  return given.file ? check_unused(entries, kOfConstant, "of the model \"constant\"") : Result<void>();
}

Result<void> check_funding(const std::vector<ConfigEntry>& entries, const InstrumentSettings& settings) {
  const bool names_file = !settings.funding_file.empty();
  const auto source =
      settings.funding_source.value_or(names_file ? backtest::FundingSource::kFile : backtest::FundingSource::kData);
  if (source == backtest::FundingSource::kFile && settings.funding_file.empty()) return missing("file in [funding]");
  if (source == backtest::FundingSource::kFile) return {};
  constexpr std::array<UnusedKey, 1> kOfFile{{{"funding", "file"}}};
  return check_unused(entries, kOfFile, "of source = \"file\"");
}

Result<void> check_stored_features(const std::vector<ConfigEntry>& entries, const InstrumentSettings& settings) {
  if (settings.features_store && !settings.features_files.empty()) {
    return fail(ErrorCode::kUsage, "features_files and features_store in [data]: take one of them out");
  }
  if (std::ranges::find(settings.features_files, "") != settings.features_files.end()) {
    return fail(ErrorCode::kUsage, "features_files in [data] has an empty name: take it out");
  }
  if (backtest::has_stored_features(settings)) return {};
  constexpr std::array<UnusedKey, 1> kDelay{{{"data", "features_delay"}}};
  return check_unused(entries, kDelay, "of stored features, which features_files or features_store names");
}

constexpr std::array<UnusedKey, 6> kRules{{{"filters", ""},
                                           {"exchange", "self_trade_prevention"},
                                           {"exchange", "orders_per_10s"},
                                           {"exchange", "orders_per_minute"},
                                           {"exchange", "orders_per_day"},
                                           {"exchange", "requests_per_minute"}}};

Result<void> check_books(const std::vector<ConfigEntry>& entries, const InstrumentSettings& settings) {
  if (settings.exchange.as_hftbacktest) {
    if (Result<void> fits = check_unused(entries, kRules, "nothing that hftbacktest knows"); !fits) return fits;
  }
  const sim::QueueKind queue = settings.exchange.queue.kind;
  if (!sim::has_power(queue)) {
    constexpr std::array<UnusedKey, 1> kOfPowers{{{"exchange.queue", "n"}}};
    const std::string why = fmt::format("of power, power2 and power3, and the model is {}", to_string(queue));
    if (Result<void> fits = check_unused(entries, kOfPowers, why); !fits) return fits;
  }
  constexpr std::array<UnusedKey, 4> kOfBars{
      {{"data", "source"}, {"data", "source_interval"}, {"data", "interval"}, {"exchange", "bar_path"}}};
  return check_unused(entries, kOfBars, "of bars, which kind = \"bars\" in [data] asks for");
}

Result<void> check_bars(const std::vector<ConfigEntry>& entries, const InstrumentSettings& settings) {
  const Nanos latency = settings.latency.entry.span() + settings.latency.response.span();
  if (settings.latency.file || settings.latency.is_drawn || latency > Nanos{0}) {
    return fail(ErrorCode::kUsage,
                "bars know no latency: an order of a close is at the venue before the next open; take "
                "[latency] out");
  }
  if (settings.exchange.as_hftbacktest) {
    return fail(ErrorCode::kUsage, "compatibility in [exchange] is of order books: take it out for bars");
  }
  if (settings.funding_source == backtest::FundingSource::kData) {
    return fail(ErrorCode::kUsage, "source = \"data\" in [funding]: bars announce no funding: name a file");
  }
  if (settings.mark == backtest::MarkSource::kMarkPrice) {
    return fail(ErrorCode::kUsage, "mark = \"mark_price\" in [margin]: bars have no mark prices: take it out");
  }
  constexpr std::array<UnusedKey, 9> kOfBooks{{{"data", "clock_shift"},
                                               {"data", "best_bid_offer"},
                                               {"report", "books"},
                                               {"report", "books_from"},
                                               {"report", "books_to"},
                                               {"exchange", "fills"},
                                               {"exchange", "queue"},
                                               {"exchange.queue", ""},
                                               {"exchange", "self_trade_prevention"}}};
  return check_unused(entries, kOfBooks, "of order books, and these are bars");
}

Result<void> check_features(const BacktestSettings& settings, const std::vector<ConfigEntry>& entries) {
  constexpr std::array<UnusedKey, 1> kFeatures{{{"features", ""}}};
  if (settings.is_bars) return check_unused(entries, kFeatures, "of order books, and these are bars");
  if (std::ranges::any_of(settings.instruments, backtest::has_stored_features)) {
    return check_unused(entries, kFeatures, "of features that are computed, and [data] names stored ones");
  }
  const Result<IntervalFeatures> made = IntervalFeatures::make(settings.features.rows);
  return made ? Result<void>() : fail(ErrorCode::kUsage, fmt::format("[features]: {}", made.error().message));
}

bool is_given(const std::vector<ConfigEntry>& entries, std::string_view section, std::string_view key) {
  return std::ranges::any_of(entries,
                             [&](const ConfigEntry& entry) { return entry.section == section && entry.key == key; });
}

// What is of no instrument that could be traded, or lets nothing of the data be.
Result<void> check_steps_and_period(const InstrumentSettings& settings) {
  const Result<backtest::BacktestInstrument> instrument = backtest::backtest_instrument(settings.info);
  if (!instrument) return std::unexpected(instrument.error());
  const auto filters = backtest::filters_of(*instrument, settings.exchange.rules);
  if (!filters) return std::unexpected(filters.error());
  if (!settings.from || !settings.to || *settings.from < *settings.to) return {};
  return fail(ErrorCode::kUsage, fmt::format("from in [data] is {}, and to {}: from is to be before to",
                                             to_iso8601(*settings.from), to_iso8601(*settings.to)));
}

}  // namespace

Result<void> check_instrument(const InstrumentSettings& settings, bool is_bars,
                              const std::vector<ConfigEntry>& entries) {
  // The files need not say it, and a report must not tell of a venue that nobody has named.
  if (!is_given(entries, "data", "venue")) return missing("venue in [data]");
  if (settings.info.symbol.empty()) return missing("symbol in [data]");
  if (!settings.files.empty() && !settings.data_dir.empty()) {
    return fail(ErrorCode::kUsage, "files and data_dir in [data]: take one of them out");
  }
  if (!settings.files.empty() && !settings.origin.empty()) {
    return fail(ErrorCode::kUsage, "origin in [data] is of a catalog, which data_dir names: take it out");
  }
  if (!settings.files.empty() && !settings.source_interval.empty()) {
    return fail(ErrorCode::kUsage, "source_interval in [data] is of a catalog, which data_dir names: take it out");
  }
  if (!settings.info.tick_size) return missing("tick_size in [instrument]");
  if (!settings.info.lot_size) return missing("lot_size in [instrument]");
  if (Result<void> fits = check_steps_and_period(settings); !fits) return fits;
  if (std::ranges::find(settings.files, "") != settings.files.end()) {
    return fail(ErrorCode::kUsage, "files in [data] has an empty name: take it out");
  }
  if (settings.latency.file && settings.latency.file->empty()) return missing("file in [latency], of recorded ones,");
  if (Result<void> fits = check_latency(entries, settings); !fits) return fits;
  if (Result<void> fits = check_fees(entries, settings); !fits) return fits;
  if (Result<void> fits = check_funding(entries, settings); !fits) return fits;
  if (Result<void> fits = check_stored_features(entries, settings); !fits) return fits;
  return is_bars ? check_bars(entries, settings) : check_books(entries, settings);
}

Result<void> check_time_of_books(const BacktestSettings& settings, const std::vector<ConfigEntry>& entries) {
  constexpr std::array<UnusedKey, 2> kTimes{{{"report", "books_from"}, {"report", "books_to"}}};
  if (!settings.books) return check_unused(entries, kTimes, "of books.csv, and books = false");
  if (!settings.books_from || !settings.books_to || *settings.books_from < *settings.books_to) return {};
  return fail(ErrorCode::kUsage, fmt::format("books_from in [report] is {}, and books_to {}: it is to be before",
                                             to_iso8601(*settings.books_from), to_iso8601(*settings.books_to)));
}

Result<void> check_run(const BacktestSettings& settings, const std::vector<ConfigEntry>& entries) {
  if (Result<void> fits = check_account(entries, settings); !fits) return fits;
  if (Result<void> fits = check_time_of_books(settings, entries); !fits) return fits;
  if (settings.strategy.empty() && settings.library.empty()) return missing("name in [strategy]");
  if (settings.is_bars) {
    if (Result<void> fits = backtest::check_one_asset(settings, "a run over bars has"); !fits) return fits;
  }
  if (settings.is_bars && settings.bar_interval) {
    return fail(ErrorCode::kUsage, "interval in [bars] is of order books, and these are bars: take it out");
  }
  if (Result<void> fits = check_features(settings, entries); !fits) return fits;
  const std::vector<InstrumentSettings>& all = settings.instruments;
  const auto is_spot = [](const InstrumentSettings& of) { return of.info.venue == Venue::kBinanceSpot; };
  const auto names_file = [](const InstrumentSettings& of) { return !of.funding_file.empty(); };
  if (std::ranges::all_of(all, is_spot) && std::ranges::any_of(all, names_file)) {
    return fail(ErrorCode::kUsage, "file in [funding] is of contracts, and spot pays none: take it out");
  }
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].interval != all.front().interval) {
      return fail(ErrorCode::kUsage,
                  fmt::format("interval in [data]: '{}' of {} and '{}' of {}: the bars of a run are "
                              "of one interval",
                              all.front().interval, all.front().info.symbol, all[i].interval, all[i].info.symbol));
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (all[i].info.venue != all[k].info.venue || all[i].info.symbol != all[k].info.symbol) continue;
      return fail(ErrorCode::kUsage, fmt::format("{}:{} stands in [[data]] twice: the files of an instrument are one "
                                                 "list",
                                                 to_string(all[i].info.venue), all[i].info.symbol));
    }
  }
  return {};
}

}  // namespace acts::cli
