#include "history/export/export_recording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "history/export/fused_depth.hpp"
#include "history/export/hft_messages.hpp"
#include "history/export/mended_times.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kMostNamed = 10;

// The first symbols that there are, for messages.
std::string names_of(const RecordingContents& contents) {
  std::vector<std::string> names;
  names.reserve(kMostNamed + 1);
  for (const auto& [name, counts] : contents.symbols) {
    if (names.size() == kMostNamed) {
      names.emplace_back("...");
      break;
    }
    names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<std::string> symbol_of(const RecordingExport& wanted, const RecordingContents& contents) {
  if (contents.symbols.empty()) {
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it holds no depth, trade or best bid and ask of {}: is it a recording of <recv_ns> "
                            "<json> lines?",
                            wanted.paths.front(), to_string(wanted.venue)));
  }
  if (wanted.symbol.empty()) {
    if (contents.symbols.size() == 1) return contents.symbols.begin()->first;
    return fail(ErrorCode::kUsage, fmt::format("{}: it holds several symbols: name one with --symbol: {}",
                                               wanted.paths.front(), names_of(contents)));
  }
  if (contents.symbols.contains(wanted.symbol)) return wanted.symbol;
  return fail(ErrorCode::kUsage, fmt::format("{}: it holds nothing of {}, but of {}", wanted.paths.front(),
                                             wanted.symbol, names_of(contents)));
}

}  // namespace

Result<RecordingExporter> RecordingExporter::open(RecordingExport wanted,
                                                  std::function<void(std::string_view)> on_problem) {
  std::optional<HftSpool> spool;
  OnSeen on_seen;
  UpdateGaps gaps(wanted.venue, wanted.symbol);
  TradeGaps trade_gaps(wanted.symbol);
  FundingRates funding(wanted.symbol, wanted.keeps_marks);
  if (wanted.keeps_events && !wanted.symbol.empty()) {
    if (!wanted.fuses_best) spool.emplace(MessageFilter{wanted.venue, wanted.symbol, wanted.from, wanted.to});
    on_seen = [&](const SeenMessage& seen) {
      if (spool) spool->take(seen);
      if (wanted.to && seen.line.ts_recv >= *wanted.to) return;
      gaps.take(seen);
      trade_gaps.take(seen);
      if (wanted.venue == Venue::kBinanceUsdm) funding.take(seen);
    };
  }
  auto contents = contents_of([&wanted] { return RecordingReader::open(wanted.paths); }, wanted.venue, on_seen);
  if (!contents) return std::unexpected(contents.error());
  if (const auto& other = contents->of_other_venue) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: it is a recording of {}, not of {}: say venue {}", other->first,
                            to_string(other->second), to_string(wanted.venue), to_string(other->second)));
  }
  if (funding.failure()) return std::unexpected(*funding.failure());
  // What cannot be read is told of by those who read it.
  if (spool && (!spool->is_whole() || contents->refused + contents->unreadable > 0)) spool.reset();
  Result<std::string> symbol = symbol_of(wanted, *contents);
  if (!symbol) return std::unexpected(symbol.error());
  wanted.symbol = *std::move(symbol);
  if (wanted.keeps_events && on_problem) {
    for (const std::string& damaged : contents->damaged) on_problem(damaged);
  }
  if (contents->unassigned > 0) {
    on_problem(fmt::format("{}: {} REST depth answers of no symbol that could be told by their update ids: left out",
                           wanted.paths.front(), contents->unassigned));
  }
  gaps.finish(*contents);
  return RecordingExporter(std::move(wanted), *std::move(contents), std::move(spool), std::move(gaps),
                           std::move(trade_gaps), std::move(funding), std::move(on_problem));
}

void RecordingExporter::tell(std::string_view problem) const {
  const bool is_told = wanted_.keeps_events && std::ranges::find(contents_.damaged, problem) != contents_.damaged.end();
  if (!is_told && on_problem_) on_problem_(problem);
}

Result<RecordedMessages> RecordingExporter::messages() const {
  auto reader = RecordingReader::open(wanted_.paths, wanted_.from);
  if (!reader) return std::unexpected(reader.error());
  return RecordedMessages(*std::move(reader),
                          {.venue = wanted_.venue, .symbol = wanted_.symbol, .from = wanted_.from, .to = wanted_.to},
                          contents_);
}

Result<std::uint64_t> RecordingExporter::to_csv(RecordedKind kind, const std::function<bool(std::string_view)>& write) {
  auto from = messages();
  if (!from) return std::unexpected(from.error());
  const MessageCsv csv(kind, wanted_.venue, wanted_.symbol);
  std::string text(csv.header());
  std::uint64_t lines = 0;
  for (;;) {
    const auto got = from->next();
    if (!got) return std::unexpected(got.error());
    if (*got == RecordedMessages::Got::kEnd) break;
    if (*got == RecordedMessages::Got::kBad) {
      tell(from->problem());
      continue;
    }
    const std::uint64_t added = csv.append(from->message(), from->ts_recv(), from->ts_event(), text);
    if (added == 0) continue;
    lines += added;
    if (!write(text)) return lines;
    text.clear();
  }
  if (lines > 0) return lines;
  return fail(ErrorCode::kBadInput,
              fmt::format("there are no {} of {} in it for these times", to_string(kind), wanted_.symbol));
}

OpenEvents RecordingExporter::events() {
  const auto trades =
      contents_.symbols.at(wanted_.symbol).trades > 0 ? HftMessages::Trades::kSingle : HftMessages::Trades::kAggregated;
  return [this, trades, is_first = true]() mutable -> Result<std::unique_ptr<HftSource>> {
    std::function<void(std::string_view)> on_problem;
    if (std::exchange(is_first, false)) on_problem = [this](std::string_view problem) { tell(problem); };
    if (spool_) return std::make_unique<MendedTimes>(spool_->events(contents_, trades), on_problem);
    auto from = messages();
    if (!from) return std::unexpected(from.error());
    auto events = std::make_unique<MendedTimes>(
        std::make_unique<HftMessages>(*std::move(from), trades, on_problem, wanted_.fuses_best), on_problem);
    if (!wanted_.fuses_best) return events;
    return std::make_unique<FusedDepth>(std::move(events));
  };
}

Result<NpzFacts> RecordingExporter::to_npz(FileOps& ops, Nanos latency, const std::string& output) {
  return write_npz(ops, events(), latency, output);
}

}  // namespace acts::history
