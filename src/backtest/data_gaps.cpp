#include "backtest/data_gaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/ratio.hpp"

#include "backtest/run_text.hpp"

namespace acts::backtest {
namespace {

// What lies within several of them counts once.
Nanos length_of(const std::vector<DataGap>& gaps) {
  std::vector<std::pair<UnixNanos, UnixNanos>> spans;
  spans.reserve(gaps.size());
  for (const DataGap& gap : gaps) spans.emplace_back(gap.from, gap.to);
  std::ranges::sort(spans);
  Nanos length{};
  UnixNanos until{INT64_MIN};
  for (const auto& [begin, to] : spans) {
    const UnixNanos from = std::max(begin, until);
    if (to <= from) continue;
    length += to - from;
    until = to;
  }
  return length;
}

double minutes_of(Nanos length) {
  constexpr double kNanosAMinute = 6e10;
  return static_cast<double>(length.count()) / kNanosAMinute;
}

// Of a message that is no event of the feed nobody has looked at the time.
UnixNanos shifted(UnixNanos time, Nanos by) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.value, by.count(), &sum)) sum = by < Nanos{0} ? INT64_MIN : INT64_MAX;
  return {sum};
}

struct DataTime {
  UnixNanos begin{INT64_MAX};
  UnixNanos end{INT64_MIN};

  [[nodiscard]] UnixNanos of(UnixNanos received, const FeedFacts& facts) const {
    return std::clamp(shifted(received, facts.shift), begin, end);
  }
};

DataTime time_of(std::span<const ReadData> instruments) {
  DataTime time;
  for (const ReadData& of : instruments) {
    time.begin = std::min(time.begin, of.facts.first_local);
    time.end = std::max(time.end, of.facts.last_local);
  }
  return time;
}

std::string id_json(const std::optional<UpdateId>& id) { return id ? fmt::format("{}", id->value()) : "null"; }

std::string_view name_of(history::GapCause cause) {
  switch (cause) {
    case history::GapCause::kLostUpdates: return "lost_updates";
    case history::GapCause::kNoSnapshot: return "no_snapshot";
    case history::GapCause::kNoUpdates: return "no_updates";
  }
  std::unreachable();
}

// What ids alone do not show: " (1 without a snapshot, 2 without updates)".
std::string causes_text(const std::vector<DataGap>& gaps) {
  std::string text;
  for (const auto& [cause, words] : {std::pair(history::GapCause::kNoSnapshot, "without a snapshot"),
                                     std::pair(history::GapCause::kNoUpdates, "without updates")}) {
    const auto count = std::ranges::count(gaps, cause, &DataGap::cause);
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? " (" : ", ", count, words);
  }
  return text.empty() ? text : text + ")";
}

}  // namespace

std::optional<DataGaps> data_gaps(std::span<const ReadData> instruments) {
  std::optional<DataGaps> all;
  const DataTime time = time_of(instruments);
  for (const ReadData& of : instruments) {
    if (!of.gaps.updates) continue;
    if (!all) all.emplace();
    all->are_all = all->are_all && of.gaps.updates->size() < history::UpdateGaps::kMostGaps;
    for (const history::UpdateGap& gap : *of.gaps.updates) {
      all->gaps.push_back({.instrument = of.name,
                           .from = time.of(gap.from, of.facts),
                           .to = gap.healed_at ? time.of(*gap.healed_at, of.facts) : time.end,
                           .last_before = gap.last_before,
                           .first_after = gap.first_after,
                           .cause = gap.cause});
    }
  }
  if (all) all->length = length_of(all->gaps);
  return all;
}

std::optional<DataTradeGaps> data_trade_gaps(std::span<const ReadData> instruments) {
  std::optional<DataTradeGaps> all;
  const DataTime time = time_of(instruments);
  for (const ReadData& of : instruments) {
    if (!of.gaps.trades) continue;
    if (!all) all.emplace();
    all->are_all = all->are_all && of.gaps.trades->size() < history::TradeGaps::kMostGaps;
    for (history::TradeGap gap : *of.gaps.trades) {
      gap.from = time.of(gap.from, of.facts);
      gap.at = time.of(gap.at, of.facts);
      all->missing += gap.missing;
      all->gaps.push_back({.instrument = of.name, .gap = gap});
    }
  }
  return all;
}

std::string gaps_json(const std::optional<DataGaps>& gaps) {
  if (!gaps) return "null";
  std::string list;
  for (const DataGap& gap : gaps->gaps) {
    list += fmt::format(
        R"({}{{"cause":"{}","first_update_after":{},"from":"{}","instrument":{},"last_update_before":{},"to":"{}"}})",
        list.empty() ? "" : ",", name_of(gap.cause), id_json(gap.first_after), to_iso8601_nanos(gap.from),
        json_text(gap.instrument), id_json(gap.last_before), to_iso8601_nanos(gap.to));
  }
  return fmt::format("[{}]", list);
}

std::string gap_minutes_json(const std::optional<DataGaps>& gaps) {
  return gaps ? shortest_text(minutes_of(gaps->length)) : "null";
}

std::string trade_gaps_json(const std::optional<DataTradeGaps>& gaps) {
  if (!gaps) return "null";
  std::string list;
  for (const auto& [instrument, gap] : gaps->gaps) {
    list += fmt::format(
        R"({}{{"first_trade_after":{},"from":"{}","instrument":{},"last_trade_before":{},"missing":{},"to":"{}"}})",
        list.empty() ? "" : ",", gap.first_after, to_iso8601_nanos(gap.from), json_text(instrument), gap.last_before,
        gap.missing, to_iso8601_nanos(gap.at));
  }
  return fmt::format("[{}]", list);
}

std::string missing_trades_json(const std::optional<DataTradeGaps>& gaps) {
  return gaps ? fmt::format("{}", gaps->missing) : "null";
}

std::string problems_json(const DataProblems& problems) {
  std::string first;
  for (const std::string& problem : problems.first) first += (first.empty() ? "" : ",") + json_text(problem);
  return fmt::format(R"({{"count":{},"damaged_files":{},"first":[{}]}})", problems.count, problems.damaged_files,
                     first);
}

DataProblems sum_of(std::span<const ReadData> instruments) {
  DataProblems sum;
  const auto keep = [&sum](const std::string& problem) {
    if (sum.first.size() < DataProblems::kMostKept) sum.first.push_back(problem);
  };
  const auto damaged_of = [](const ReadData& of) {
    const auto kept = static_cast<std::uint64_t>(of.problems.first.size());
    return static_cast<std::ptrdiff_t>(std::min(of.problems.damaged_files, kept));
  };
  for (const ReadData& of : instruments) {
    sum.count += of.problems.count;
    sum.damaged_files += of.problems.damaged_files;
    std::for_each_n(of.problems.first.begin(), damaged_of(of), keep);
  }
  for (const ReadData& of : instruments)
    std::for_each(of.problems.first.begin() + damaged_of(of), of.problems.first.end(), keep);
  return sum;
}

std::string gaps_text(const std::optional<DataGaps>& gaps) {
  if (!gaps || gaps->gaps.empty()) return "";
  const auto first = std::ranges::min_element(gaps->gaps, {}, &DataGap::from);
  return fmt::format("{}{} in the data, of {:.3f} minutes in all, the first from {}{}",
                     gaps->are_all ? "" : "more than ",
                     gaps->gaps.size() == 1 ? "1 gap" : fmt::format("{} gaps", gaps->gaps.size()),
                     minutes_of(gaps->length), to_iso8601_nanos(first->from), causes_text(gaps->gaps));
}

std::string trade_gaps_text(const std::optional<DataTradeGaps>& gaps) {
  if (!gaps || gaps->gaps.empty()) return "";
  const auto first = std::ranges::min_element(gaps->gaps, {}, [](const DataTradeGap& of) { return of.gap.from; });
  return fmt::format("{}{} missing at {}, the first behind {}", gaps->are_all ? "" : "more than ",
                     gaps->missing == 1 ? "1 trade is" : fmt::format("{} trades are", gaps->missing),
                     gaps->gaps.size() == 1 ? "1 place" : fmt::format("{} places", gaps->gaps.size()),
                     to_iso8601_nanos(first->gap.from));
}

std::string no_trades_text(const ReadData& instrument) {
  if (instrument.facts.trades > 0 || instrument.facts.book_updates == 0) return "";
  return fmt::format("{}: the data has no trades", instrument.name);
}

std::string problems_text(const DataProblems& problems) {
  if (problems.count == 0) return "";
  const std::string count = problems.count == 1 ? "1 problem" : fmt::format("{} problems", problems.count);
  const std::string& first = problems.first.front();
  if (problems.damaged_files == 0) return fmt::format("{} reading the data, the first: {}", count, first);
  const std::string files = problems.damaged_files == 1
                                ? "1 file of the data is"
                                : fmt::format("{} files of the data are", problems.damaged_files);
  return fmt::format("{} cut or damaged, {} reading it, the first: {}", files, count, first);
}

std::string trouble_text(std::span<const ReadData> instruments) {
  std::string text;
  std::vector<std::string> lines{problems_text(sum_of(instruments)), gaps_text(data_gaps(instruments)),
                                 trade_gaps_text(data_trade_gaps(instruments))};
  for (const ReadData& of : instruments) lines.push_back(no_trades_text(of));
  for (const std::string& line : lines) {
    if (!line.empty()) text += line + '\n';
  }
  return text;
}

}  // namespace acts::backtest
