// How a run traded: where its profit comes from, its fills, its orders.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "report/sheet/figure_list.hpp"
#include "report/statistics/moments.hpp"

namespace acts::report {
namespace {

constexpr std::array<std::string_view, kHorizons> kHorizonKeys{"100ms", "1s", "10s", "60s"};

std::optional<double> ratio_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

// A count among the totals of run.json; of a run without it, such as one over bars, nothing.
std::optional<std::uint64_t> count_at(const RunFacts& facts, std::string_view path) {
  const auto found = std::ranges::find(facts.totals, path, &Fact::path);
  if (found == facts.totals.end()) return std::nullopt;
  std::uint64_t count = 0;
  const char* const end = found->text.data() + found->text.size();
  const auto [stop, error] = std::from_chars(found->text.data(), end, count);
  return error == std::errc{} && stop == end ? std::optional(count) : std::nullopt;
}

// Of the instruments that are reported on.
std::optional<std::uint64_t> total_of(const RunReport& run, std::string_view key) {
  if (!run.facts.is_part) return count_at(run.facts, key);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < run.facts.instruments.size(); ++i) {
    const std::string at = fmt::format("instruments[{}].", i);
    const auto name = std::ranges::find(run.facts.totals, at + "name", &Fact::path);
    if (name == run.facts.totals.end()) return std::nullopt;
    if (run.facts.is_left_out(name->text)) continue;
    const std::optional<std::uint64_t> count = count_at(run.facts, at + std::string(key));
    if (!count) return std::nullopt;
    sum += *count;
  }
  return sum;
}

std::string sample_note(const Samples& samples) {
  return samples.count() > samples.values().size()
             ? fmt::format(", the first {} of {}", samples.values().size(), samples.count())
             : std::string();
}

void percentiles(FigureList& list, std::string_view key, std::string_view label, const Samples& samples,
                 const std::string& convention) {
  static constexpr std::array<std::pair<double, std::string_view>, 3> kShares{
      {{0.5, "50"}, {0.95, "95"}, {0.99, "99"}}};
  for (const auto& [share, name] : kShares) {
    list.span(fmt::format("{}_p{}", key, name), fmt::format("{}, {} %", label, name), quantile(samples.values(), share),
              convention + sample_note(samples));
  }
}

}  // namespace

FigureGroup ledger_figures(const RunReport& run) {
  const LedgerLines& lines = run.ledger;
  FigureList list("ledger", "Where the profit comes from");
  list.note(
      "Exact: spread + inventory + fees + funding = profit, to the last unit. What a quantity is worth at a price is "
      "their product with the contract's size, of inverse contracts -quantity x size / price.");
  if (lines.fills_without_middle > 0) {
    list.note(fmt::format("Of {} of {} fills no middle of the best prices is known: their own price stands for it.",
                          lines.fills_without_middle, lines.fills));
  }
  list.money("ledger_spread", "Spread captured", lines.spread,
             "sum of what the quantity is worth at the middle of the best prices less at the price, bought above 0, "
             "sold below");
  list.money("ledger_inventory", "Inventory", lines.inventory,
             "what the position gains as the middle moves, from fill to fill and to the last mark");
  list.money("ledger_fees", "Fees", lines.fees, "above 0: received, below: paid");
  list.money("ledger_funding", "Funding", lines.funding, "above 0: received, below: paid");
  list.money("ledger_total", "Profit", lines.total, "change of equity");
  list.money("ledger_unexplained", "Unexplained", lines.unexplained,
             "profit less the four: 0, or the run's files contradict each other");
  for (std::size_t i = 0; i < kHorizons; ++i) {
    const LedgerLines::Adverse& adverse = lines.adverse[i];
    list.money(
        fmt::format("adverse_{}", kHorizonKeys[i]), fmt::format("Adverse selection, {}", kHorizonNames[i]),
        adverse.money,
        fmt::format("part of inventory: what the quantity gains as the middle moves in the {} after each fill whose "
                    "middle is known then",
                    kHorizonNames[i]));
    list.money(fmt::format("inventory_after_{}", kHorizonKeys[i]), fmt::format("Inventory after {}", kHorizonNames[i]),
               adverse.rest, "inventory less that part");
  }
  return list.take();
}

FigureGroup fill_figures(const RunReport& run) {
  const FillFlow& flow = run.fill_flow;
  FigureList list("fills", "Fills");
  list.count("fills", "Fills", flow.fills, "lines of fills.csv");
  const auto beyond = [&](std::string_view key, std::string_view label, std::string_view of) {
    const std::optional<std::uint64_t> count = total_of(run, key);
    list.number(
        std::string(key), std::string(label), count ? std::optional(static_cast<double>(*count)) : std::nullopt,
        fmt::format("fills of more than {} had, which fills = \"full\" gives and nobody would have got: fills = "
                    "\"partial\" in [exchange] gives what there was",
                    of));
  };
  beyond("fills_beyond_trades", "Fills beyond their trade", "the trade that filled them");
  beyond("fills_beyond_levels", "Fills beyond their level", "the level that they took or were crossed by");
  list.number("fills_in_gaps", "Fills in gaps of the data",
              run.facts.has_all_gaps() ? std::optional(static_cast<double>(flow.in_gaps)) : std::nullopt,
              "while nobody knew the book: what they came to rests on nothing; undefined of data that does not tell");
  list.money("turnover", "Turnover", flow.turnover,
             "sum of what fills came to: price x quantity x the contract's size, of inverse contracts size x quantity "
             "/ price");
  std::optional<double> turns;
  if (!returns_of(run).empty() && flow.turnover) turns = finite(to_double(*flow.turnover) / run.closes.values.front());
  list.number("turns", "Turnover / opening equity", turns, "equity with the capital");
  list.share("maker_ratio", "Maker ratio", ratio_of(flow.maker_fills, flow.fills),
             "fills that added liquidity, of all");
  std::optional<double> maker_value;
  if (flow.turnover && flow.maker_turnover && flow.turnover->units > 0) {
    maker_value = finite(to_double(*flow.maker_turnover) / to_double(*flow.turnover));
  }
  list.share("maker_turnover_ratio", "Maker ratio by value", maker_value, "the same of turnover");
  list.number("queue_ahead_median", "Queue ahead at entry, median", quantile(flow.queue_ahead.values(), 0.5),
              "quantity before the order when it came to the book, of maker fills" + sample_note(flow.queue_ahead));
  for (std::size_t i = 0; i < kHorizons; ++i) {
    const FillFlow::MarkOut& mark = flow.mark_outs[i];
    std::optional<double> average;
    if (mark.fills > 0) average = finite(mark.basis_points / static_cast<double>(mark.fills));
    list.number(fmt::format("mark_out_{}", kHorizonKeys[i]), fmt::format("Mark-out {}, basis points", kHorizonNames[i]),
                average, "mean move of the middle after a fill, in the fill's direction, each fill alike");
    list.count(fmt::format("marked_{}", kHorizonKeys[i]), fmt::format("Fills with a middle {} later", kHorizonNames[i]),
               run.ledger.adverse[i].fills, "the data ends before that of the others");
  }
  return list.take();
}

FigureGroup order_figures(const RunReport& run) {
  const OrderFlow& flow = run.order_flow;
  FigureList list("orders", "Orders");
  list.count("orders", "Orders", flow.count(OrderEvent::kSubmitted), "submitted");
  list.share("fill_ratio", "Fill ratio", ratio_of(flow.filled_orders(), flow.accepted_orders()),
             "accepted orders of which something was filled, of all accepted");
  list.share("reject_ratio", "Reject ratio", ratio_of(flow.rejected_orders(), flow.count(OrderEvent::kSubmitted)),
             "rejected orders, of all submitted");
  percentiles(list, "answer_time", "Time to the answer", flow.answer_times(),
              "from submission until the first answer is received, acceptance, rejection or fill: both ways; undefined "
              "without the column received");
  percentiles(list, "queue_time", "Time in the queue", flow.queue_times(), "from acceptance to the first fill");
  return list.take();
}

std::vector<CountTable> counts_of(const RunReport& run) {
  std::vector<CountTable> tables;
  const auto add = [&tables](std::string key, std::string title, auto counts) {
    if (!counts.empty()) tables.push_back({std::move(key), std::move(title), std::move(counts)});
  };
  using Counts = std::vector<std::pair<std::string, std::uint64_t>>;
  const auto& causes = run.fill_flow.causes;
  add("fills_by_cause", "Fills by cause", Counts(causes.begin(), causes.end()));
  Counts events;
  for (std::size_t i = 0; i < kOrderEvents; ++i) {
    const auto event = static_cast<OrderEvent>(i);
    if (const auto count = run.order_flow.count(event); count > 0) events.emplace_back(to_string(event), count);
  }
  add("order_events", "Orders' events", std::move(events));
  const auto& rejects = run.order_flow.rejects();
  add("rejects_by_reason", "Rejects by reason", Counts(rejects.begin(), rejects.end()));
  return tables;
}

}  // namespace acts::report
