#include "backtest/run_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

#include "backtest/features/feature_data.hpp"
#include "backtest/run_text.hpp"

namespace acts::backtest {
namespace {

std::string latency_text(const LatencySettings& latency) {
  if (latency.file) return *latency.file;
  if (!latency.is_drawn) {
    return fmt::format("constant({}, {})", to_string(latency.entry.span()), to_string(latency.response.span()));
  }
  const auto entry = sim::LatencyDistribution::of(latency.entry_distribution);
  const auto response = sim::LatencyDistribution::of(latency.response_distribution);
  ACTS_ASSERT(entry.has_value() && response.has_value());  // the run has drawn of them
  return fmt::format("distribution({}, {})", entry->text(), response->text());
}

// Null: nothing is drawn by lot.
std::string seed_json(const InstrumentSettings& of) {
  return of.latency.is_drawn ? fmt::format("{}", of.latency.seed) : "null";
}

// The one that all have who draw; null: none, or several, which stand with their instruments.
std::string seed_json(const std::vector<InstrumentSettings>& instruments) {
  std::string common = "null";
  for (const InstrumentSettings& of : instruments) {
    const std::string seed = seed_json(of);
    if (seed == "null" || seed == common) continue;
    if (common != "null") return "null";
    common = seed;
  }
  return common;
}

std::string funding_model(const InstrumentSettings& settings, const InstrumentReport& report) {
  if (funding_source_of(settings) == FundingSource::kFile) return settings.funding_file;
  return report.pays_announced ? "data" : "none";
}

std::map<std::string, std::string> models_of(const BacktestSettings& run, const InstrumentSettings& settings,
                                             const InstrumentReport& report) {
  const ExchangeSettings& exchange = settings.exchange;
  std::string queue(sim::to_string(exchange.queue.kind));
  if (sim::has_power(exchange.queue.kind)) queue += fmt::format("({})", shortest_text(exchange.queue.n));
  std::map<std::string, std::string> models{
      {"account", account_model(run.account, settings.margin)},
      {"compatibility", exchange.as_hftbacktest ? "hftbacktest" : "none"},
      {"contract", contract_model(settings.contract)},
      {"fills", fill_sizes_of(exchange) == sim::FillSizes::kFull ? "full" : "partial"},
      {"latency", latency_text(settings.latency)},
      {"funding", funding_model(settings, report)},
      {"mark", settings.mark == MarkSource::kMarkPrice ? "mark_price" : "middle"},
      {"maker_fee", to_string(settings.fees.maker)},
      {"queue", queue},
      {"self_trade_prevention", std::string(to_string(exchange.self_trades))},
      {"taker_fee", to_string(settings.fees.taker)}};
  if (has_stored_features(settings)) models["features"] = features_model(settings);
  return models;
}

std::string count_json(std::uint64_t count) { return fmt::format("{}", count); }
std::string exact_json(const std::optional<Decimal>& value) { return value ? in_quotes(to_string(*value)) : "null"; }

void add_feed(JsonMembers& members, const FeedFacts& facts) {
  members["events"] = count_json(facts.events);
  members["rows"] = count_json(facts.rows);
  members["exchange_only_rows"] = count_json(facts.only_exchange);
  members["local_only_rows"] = count_json(facts.only_local);
  members["off_scale_quantities"] = count_json(facts.off_scale);
  members["off_tick_prices"] = count_json(facts.off_tick);
  members["unreadable_events"] = count_json(facts.out_of_range);
  members["trades"] = count_json(facts.trades);
  members["book_updates"] = count_json(facts.book_updates);
  members["crossed_updates"] = count_json(facts.crossed_updates);
  members["messages"] = count_json(facts.messages);
  members["early_messages"] = count_json(facts.early_messages);
  members["local_steps_back"] = count_json(facts.local_steps.messages);
  members["venue_steps_back"] = count_json(facts.venue_steps.messages);
}

void add_instrument(JsonMembers& members, const BacktestSettings& run, const InstrumentReport& report, std::size_t i) {
  const InstrumentSettings& settings = run.instruments[i];
  const BacktestInstrument& instrument = report.instrument;
  add_feed(members, report.data);
  if (report.latency_covered) members["latency_covered"] = shortest_text(*report.latency_covered);
  members["early_by_ns"] = fmt::format("{}", report.data.early_by.count());
  members["local_step_back_ns"] = fmt::format("{}", report.data.local_steps.most.count());
  members["venue_step_back_ns"] = fmt::format("{}", report.data.venue_steps.most.count());
  members["funding_times"] = count_json(report.funding_times);
  members["local_shift_ns"] = fmt::format("{}", report.data.shift.count());
  members["lot_size"] = in_quotes(to_string(instrument.quantity_of(instrument.lot)));
  members["models"] = object_of(models_of(run, settings, report));
  members["symbol"] = json_text(settings.info.symbol);
  members["settlement_asset"] = json_text(report.asset);
  if (settings.best_bid_offer) members["outdated_events"] = count_json(report.data.outdated);
  members["unreadable_announcements"] = count_json(report.unreadable_announcements);
  members["tick_size"] = in_quotes(to_string(instrument.price_at(1)));
  members["venue"] = in_quotes(to_string(settings.info.venue));
}

// At most the time of the data.
void add_gaps(JsonMembers& members, const RunReport& report) {
  const ReadMarkets read = read_markets(report);
  const std::optional<DataGaps> gaps = data_gaps(read.instruments);
  members["gaps"] = gaps_json(gaps);
  members["gap_minutes"] = gap_minutes_json(gaps);
  const std::optional<DataTradeGaps> trade_gaps = data_trade_gaps(read.instruments);
  members["trade_gaps"] = trade_gaps_json(trade_gaps);
  members["missing_trades"] = missing_trades_json(trade_gaps);
  members["problems"] = problems_json(sum_of(read.instruments));
}

// Of order books; the same quantities are told of instruments alone, which have their own units.
void add_beyond(JsonMembers& members, const OrderCounts& counts) {
  members["fills_beyond_levels"] = count_json(counts.beyond_levels.fills);
  members["fills_beyond_trades"] = count_json(counts.beyond_trades.fills);
}

void add_totals(JsonMembers& members, const InstrumentReport& report) {
  members["balance"] = in_quotes(to_string(report.position.cash));
  members["equity"] = exact_json(report.equity);
  members["fee"] = in_quotes(to_string(report.position.fee));
  members["funding"] = in_quotes(to_string(report.position.funding));
  members["mark_price"] = exact_json(report.mark);
  members["missed_fundings"] = count_json(report.missed_fundings);
  members["position"] = in_quotes(to_string(held(report.position, report.instrument.scales.quantity)));
  const auto quantity = [&report](const OrderCounts::Excess& excess) {
    return in_quotes(to_string(report.instrument.quantity_of(excess.units)));
  };
  members["quantity_beyond_levels"] = quantity(report.orders.beyond_levels);
  members["quantity_beyond_trades"] = quantity(report.orders.beyond_trades);
  add_beyond(members, report.orders);
  add_counts(members, report.orders);
}

}  // namespace

std::string contract_model(const sim::Contract& contract) {
  return fmt::format("{}({})", to_string(contract.kind), to_string(contract.size));
}

std::string account_model(sim::AccountKind kind, const sim::MarginModel& margin) {
  if (kind == sim::AccountKind::kMargin) return fmt::format("margin({})", margin.leverage);
  return std::string(to_string(kind));
}

std::string object_json(const JsonMembers& members) {
  std::string out = "{";
  for (const auto& [key, value] : members) {
    out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", json_text(key), value);
  }
  return out + "}";
}

std::string reasons_json(const OrderCounts::Reasons& reasons) {
  JsonMembers members;
  for (const auto& [reason, count] : reasons) members[std::string(to_string(reason))] = count_json(count);
  return object_json(members);
}

void add_counts(JsonMembers& members, const OrderCounts& counts) {
  JsonMembers codes;
  for (const auto& [code, count] : counts.codes) codes[fmt::format("{}", code)] = count_json(count);
  members["error_codes"] = object_json(codes);
  members["expired"] = reasons_json(counts.expired);
  members["fills"] = count_json(counts.fills);
  members["orders"] = count_json(counts.placed);
  members["refused_requests"] = count_json(counts.refused);
  members["rejected"] = reasons_json(counts.rejected);
}

void add_accounts(JsonMembers& members, const std::vector<AccountReport>& accounts) {
  const bool is_limited =
      std::ranges::any_of(accounts, [](const AccountReport& of) { return of.kind != sim::AccountKind::kUnlimited; });
  const bool has_paid = std::ranges::any_of(accounts, [](const AccountReport& of) { return of.other_paid.units != 0; });
  if (!is_limited && !has_paid) return;
  members["accounts"] = list_json(accounts.size(), [&](std::size_t i) {
    const AccountReport& of = accounts[i];
    return object_json({{"asset", json_text(of.asset)},
                        {"fees_paid_in_another_asset", in_quotes(to_string(of.other_paid))},
                        {"kind", in_quotes(to_string(of.kind))},
                        {"liquidations", count_json(of.liquidations)},
                        {"losses_borne_by_others", in_quotes(to_string(of.borne_by_others))}});
  });
}

std::string run_json(const RunRequest& request, const PreparedRun& prepared, const RunReport& report) {
  const BacktestSettings& settings = request.settings;
  JsonMembers members{{"assumptions", assumptions_json(report.assumptions)},
                      {"begin", in_quotes(to_iso8601_nanos(report.end.begin))},
                      {"configuration", json_text(request.configuration)},
                      {"configuration_file", json_text(request.configuration_file)},
                      {"data", prepared.data},
                      {"end", in_quotes(to_iso8601_nanos(report.end.end))},
                      {"id", in_quotes(prepared.identity)},
                      {"library", prepared.library},
                      {"parameters", object_of(prepared.parameters)},
                      {"seed", seed_json(settings.instruments)},
                      {"strategy", json_text(settings.strategy)},
                      {"version", json_text(request.version)}};
  if (!request.scenario.empty()) members["scenario"] = in_quotes(request.scenario);
  if (report.books) {
    members["books"] = object_json({{"left_out_fills", count_json(report.books->fills)},
                                    {"left_out_order_events", count_json(report.books->order_events)},
                                    {"levels", count_json(BookRecorder::kLevels)}});
  }
  add_gaps(members, report);
  if (report.instruments.size() == 1) {
    add_instrument(members, settings, report.instruments.front(), 0);
    return object_json(members);
  }
  FeedFacts sum;
  for (const InstrumentReport& of : report.instruments) {
    sum.events += of.data.events;
    sum.rows += of.data.rows;
    sum.only_exchange += of.data.only_exchange;
    sum.only_local += of.data.only_local;
    sum.off_scale += of.data.off_scale;
    sum.off_tick += of.data.off_tick;
    sum.out_of_range += of.data.out_of_range;
    sum.trades += of.data.trades;
    sum.book_updates += of.data.book_updates;
    sum.crossed_updates += of.data.crossed_updates;
    sum.messages += of.data.messages;
    sum.early_messages += of.data.early_messages;
    sum.local_steps.messages += of.data.local_steps.messages;
    sum.venue_steps.messages += of.data.venue_steps.messages;
  }
  add_feed(members, sum);
  members["instruments"] = list_json(report.instruments.size(), [&](std::size_t i) {
    JsonMembers of{{"name", json_text(report.instruments[i].instrument.name)},
                   {"seed", seed_json(settings.instruments[i])}};
    add_instrument(of, settings, report.instruments[i], i);
    return object_json(of);
  });
  return object_json(members);
}

std::string totals_json(const RunReport& report) {
  JsonMembers members;
  add_accounts(members, report.accounts);
  if (report.instruments.size() == 1) {
    add_totals(members, report.instruments.front());
    return object_json(members);
  }
  const std::optional<Position> sum = report.sum();
  members["balance"] = sum ? in_quotes(to_string(sum->cash)) : "null";
  members["equity"] = exact_json(report.equity);
  members["fee"] = sum ? in_quotes(to_string(sum->fee)) : "null";
  members["funding"] = sum ? in_quotes(to_string(sum->funding)) : "null";
  add_beyond(members, report.orders());
  add_counts(members, report.orders());
  members["instruments"] = list_json(report.instruments.size(), [&](std::size_t i) {
    JsonMembers of{{"name", json_text(report.instruments[i].instrument.name)}};
    add_totals(of, report.instruments[i]);
    return object_json(of);
  });
  return object_json(members);
}

}  // namespace acts::backtest
