#include "report/run/run_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "report/chart.hpp"

namespace acts::report {
namespace {

constexpr double kInBasisPoints = 1e4;

}  // namespace

RunBuilder::RunBuilder(std::string name, RunFacts facts, Decimal capital, const ListedSpan& listed) {
  report_.name = std::move(name);
  report_.facts = std::move(facts);
  report_.capital = capital;
  report_.listed = listed;
  if (report_.facts.has_all_gaps()) gaps_.emplace(report_.facts.gaps);
}

void RunBuilder::Lines::add(bool is_shown) {
  ++count_;
  if (is_shown && shown_.size() < BookShelf::kMostLines) shown_.push_back(count_);
}

std::optional<std::uint64_t> RunBuilder::Lines::shown(std::uint64_t line) const {
  const auto found = std::ranges::lower_bound(shown_, line);
  if (found == shown_.end() || *found != line) return std::nullopt;
  return static_cast<std::uint64_t>(found - shown_.begin()) + 1;
}

Result<void> RunBuilder::add(const EquityRow& row) {
  if (report_.facts.is_left_out(row.instrument)) return {};
  if (has_sample_ && row.time < sample_time_) {
    return fail(ErrorCode::kBadInput, "its time is before that of the line above: lines are to be by time");
  }
  if (has_sample_ && sample_time_ < row.time) end_sample();
  if (!has_sample_) report_.first = row.time;
  const auto known = instruments_.find(row.instrument);
  if (known == instruments_.end()) {
    if (instruments_.size() == kMostInstruments) {
      return fail(ErrorCode::kBadInput, fmt::format("more than {} instruments", kMostInstruments));
    }
    Instrument& made = instruments_[row.instrument];
    made.report.name = row.instrument;
    made.report.first = row;
    made.ledger.emplace(row, report_.facts.of(row.instrument).contract);
    made.trades.emplace(report_.facts.of(row.instrument).contract);
    made.trades->begin(row);
    if (report_.samples > 0) began_with_.add(row.equity);
  } else if (gaps_) {
    gaps_->add(known->second.report.last, row);
  }
  instruments_.find(row.instrument)->second.report.last = row;
  has_sample_ = true;
  sample_time_ = row.time;
  return {};
}

// All lines of one time have come.
void RunBuilder::end_sample() {
  ExactSum equity;
  ExactSum fee;
  double exposure = 0;
  const double time = unix_seconds(sample_time_);
  for (auto& [name, instrument] : instruments_) {
    const EquityRow& row = instrument.report.last;
    equity.add(row.equity);
    fee.add(row.fee);
    const double mark = row.mark_price ? to_double(*row.mark_price) : kUnknown;
    const double position = to_double(row.position);
    if (row.position_value) exposure += std::abs(to_double(*row.position_value));
    instrument.report.track.add({.time = time, .y = {mark, position}});
  }
  equity.subtract(began_with_.value());
  if (report_.samples == 0) report_.opening_equity = equity.value();
  report_.closing_equity = equity.value();
  ++report_.samples;
  report_.last = sample_time_;
  equity.add(report_.capital);
  const double value = equity.value() ? to_double(*equity.value()) : 0;
  report_.drawdown.add(sample_time_, value);
  const DrawdownMeter::Depth& depth = report_.drawdown.now();
  report_.curve.add({.time = time,
                     .y = {value, fee.value() ? value + to_double(*fee.value()) : kUnknown, depth.money,
                           depth.share.value_or(kUnknown), exposure}});
  closes_.add(sample_time_, value);
  if (gaps_) gaps_->end_sample(sample_time_);
}

Result<RunBuilder::Instrument*> RunBuilder::instrument_of(const std::string& name) {
  const auto found = instruments_.find(name);
  if (found != instruments_.end()) return &found->second;
  return fail(ErrorCode::kBadInput,
              fmt::format("equity.csv has no instrument '{}': the files are not of one run", name));
}

void RunBuilder::count_fill(const FillRow& fill, const MarksRow* marks) {
  FillFlow& flow = report_.fill_flow;
  ++flow.fills;
  const auto add_value = [&fill](std::optional<Decimal>& total) {
    total = total && fill.value ? sum(*total, *fill.value) : std::nullopt;
  };
  add_value(flow.turnover);
  if (fill.is_maker) {
    ++flow.maker_fills;
    add_value(flow.maker_turnover);
    if (fill.queue_ahead_entry) flow.queue_ahead.add(*fill.queue_ahead_entry);
  }
  const auto holds_it = [&fill](const GapFact& gap) {
    return (gap.instrument.empty() || gap.instrument == fill.instrument) && gap.from <= fill.time && fill.time < gap.to;
  };
  flow.in_gaps += std::ranges::any_of(report_.facts.gaps, holds_it) ? 1U : 0U;
  const bool is_known = flow.causes.contains(fill.cause) || flow.causes.size() < kMostCauses;
  ++flow.causes[is_known ? fill.cause : "other causes"];
  const double middle = fill.mid_price ? to_double(*fill.mid_price) : 0;
  for (std::size_t i = 0; marks != nullptr && middle > 0 && i < kHorizons; ++i) {
    if (!marks->mid_price[i]) continue;
    const double move = (to_double(*marks->mid_price[i]) - middle) / middle * kInBasisPoints;
    flow.mark_outs[i].basis_points += fill.is_buy ? move : -move;
    ++flow.mark_outs[i].fills;
  }
}

void RunBuilder::take_trade(Instrument& instrument, const FillRow& fill) {
  const auto trade = instrument.trades->on_fill(fill);
  if (!instrument.trades->is_complete()) report_.outcomes.reset();
  if (!trade) return;
  report_.held_seconds.add(trade->held_seconds);
  if (!report_.outcomes) return;
  if (!trade->gross || report_.outcomes->size() == kMostOutcomes) {
    report_.outcomes.reset();
  } else {
    report_.outcomes->push_back(trade->profit);
  }
}

Result<void> RunBuilder::add(const FillRow& fill, const MarksRow* marks) {
  const bool is_left_out = report_.facts.is_left_out(fill.instrument);
  const bool is_listed = !is_left_out && report_.listed.contains(fill.time);
  fill_lines_.add(is_listed);
  if (is_left_out) return {};
  const auto instrument = instrument_of(fill.instrument);
  if (!instrument) return std::unexpected(instrument.error());
  std::optional<UnixNanos>& last = (*instrument)->fill_time;
  if (last && fill.time < *last) {
    return fail(ErrorCode::kBadInput,
                "its time is before that of the instrument's fill above: lines are to be by time");
  }
  last = fill.time;
  (*instrument)->ledger->on_fill(fill, marks);
  count_fill(fill, marks);
  take_trade(**instrument, fill);
  FillPoints& points = fill.is_buy ? (*instrument)->report.buys : (*instrument)->report.sells;
  points.add({.time = unix_seconds(fill.time), .y = {to_double(fill.price)}});
  if (is_listed && report_.listed_fills.size() < kMostListed) {
    report_.listed_fills.push_back({fill, marks == nullptr ? std::nullopt : std::optional(*marks)});
  }
  return {};
}

Result<void> RunBuilder::add(const OrderRow& row) {
  const bool is_left_out = report_.facts.is_left_out(row.instrument);
  const bool is_listed = !is_left_out && report_.listed.contains(row.time);
  order_lines_.add(is_listed);
  if (is_left_out) return {};
  if (const auto instrument = instrument_of(row.instrument); !instrument) return std::unexpected(instrument.error());
  report_.order_flow.on_order(row);
  ++report_.order_events;
  if (is_listed && report_.listed_orders.size() < kMostListed) report_.listed_orders.push_back(row);
  return {};
}

Result<void> RunBuilder::add(const BookRow& row) {
  if (!report_.books) report_.books.emplace();
  if (report_.facts.is_left_out(row.instrument)) return {};
  if (const auto instrument = instrument_of(row.instrument); !instrument) return std::unexpected(instrument.error());
  const bool is_beyond = (row.order_line && *row.order_line > order_lines_.count()) ||
                         (row.fill_number && *row.fill_number > fill_lines_.count());
  if (is_beyond) {
    return fail(ErrorCode::kBadInput,
                "it is of a line that orders.csv or fills.csv has not: one of them is cut, or of another run");
  }
  BookRow shown = row;
  if (row.order_line) shown.order_line = order_lines_.shown(*row.order_line);
  if (row.fill_number) shown.fill_number = fill_lines_.shown(*row.fill_number);
  if (shown.order_line || shown.fill_number) report_.books->add(shown);
  return {};
}

Result<RunReport> RunBuilder::finish() {
  if (!has_sample_) {
    return fail(ErrorCode::kBadInput, "equity.csv has no sample: the run made none, or the file is cut");
  }
  end_sample();
  has_sample_ = false;
  if (report_.facts.fills && *report_.facts.fills != fill_lines_.count()) {
    return fail(ErrorCode::kBadInput,
                fmt::format("run.json tells of {} fills, and fills.csv has {}: one of them is cut, "
                            "or of another run",
                            *report_.facts.fills, fill_lines_.count()));
  }
  for (auto& [name, instrument] : instruments_) {
    instrument.report.ledger = instrument.ledger->lines(instrument.report.last);
    report_.ledger = report_.ledger + instrument.report.ledger;
    report_.instruments.push_back(std::move(instrument.report));
  }
  RunCloses::Chosen chosen = closes_.closes();
  report_.period = chosen.period;
  report_.closes = std::move(chosen.closes);
  if (gaps_) report_.in_gaps = gaps_->result();
  return std::move(report_);
}

}  // namespace acts::report
