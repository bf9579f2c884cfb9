#include "history/import/recording_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <utility>
#include <variant>

#include "acts/base/assert.hpp"

#include "binance/venue_of_update.hpp"
#include "history/import/message_rows.hpp"
#include "history/import/row_spill.hpp"
#include "history/import/source_file.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kBooks = "book_updates";
constexpr std::size_t kMostTimeDigits = 19;
constexpr std::uint64_t kLinesLookedAt = 10'000;

// Said once of a file, of its books; empty: nothing is to be said.
std::string unassigned_text(const RecordingContents& contents) {
  if (contents.unassigned == 0) return {};
  return fmt::format("{} REST depth answers are of no symbol that the update ids around them tell",
                     contents.unassigned);
}

class RecordingRows final : public RowReader {
 public:
  RecordingRows(RecordingReader reader, const DataSet& set, MessageFilter filter,
                std::shared_ptr<const RecordingContents> contents)
      : contents_(std::move(contents)), messages_(std::move(reader), std::move(filter), *contents_), rows_(*set.kind) {
    if (set.kind->name == kBooks) untold_ = unassigned_text(*contents_);
    is_untold_ = !untold_.empty();
  }

  Result<Got> next(Row& row) override {
    if (is_untold_ && !untold_.empty()) {
      is_untold_ = false;
      return Got::kBad;
    }
    untold_.clear();
    while (!rows_.take(row)) {
      const auto got = messages_.next();
      if (!got) return std::unexpected(got.error());
      if (*got == RecordedMessages::Got::kEnd) return Got::kEnd;
      if (*got == RecordedMessages::Got::kBad) return Got::kBad;
      rows_.add(messages_.message(), messages_.ts_recv(), messages_.ts_event());
    }
    return Got::kRow;
  }
  [[nodiscard]] Bad bad() const override {
    return untold_.empty() ? Bad{messages_.problem(), messages_.text()} : Bad{untold_, {}};
  }
  [[nodiscard]] std::uint64_t place() const override { return messages_.line_number(); }

 private:
  std::shared_ptr<const RecordingContents> contents_;
  RecordedMessages messages_;
  MessageRows rows_;
  std::string untold_;  // of the file, said once, before its rows
  bool is_untold_ = false;
};

Result<Venue> venue_told(const std::string& path, const SourceHints& hints) {
  if (!hints.venue.empty()) return parse_venue(hints.venue);
  if (const std::optional<Venue> venue = venue_of_recording(path)) return *venue;
  return fail(ErrorCode::kUsage, fmt::format("{}: it does not say its market: give --market spot or um", path));
}

std::vector<std::string_view> kinds_of(const RecordingContents::Symbol& symbol) {
  std::vector<std::string_view> names;
  const bool has_stream = symbol.updates + symbol.trades + symbol.agg_trades + symbol.tickers > 0;
  if (symbol.updates > 0 || (symbol.snapshots > 0 && has_stream)) names.push_back(kBooks);
  if (symbol.trades > 0) names.emplace_back("trades");
  if (symbol.agg_trades > 0) names.emplace_back("agg_trades");
  if (symbol.tickers > 0) names.emplace_back("book_ticker");
  return names;
}

Result<std::vector<DataSet>> sets_of(std::string_view path, const RecordingContents& contents, Venue venue,
                                     const SourceHints& hints, std::string_view origin) {
  std::vector<DataSet> sets;
  for (const auto& [name, symbol] : contents.symbols) {
    if (!hints.symbol.empty() && hints.symbol != name) continue;
    for (const std::string_view kind : kinds_of(symbol)) {
      if (!hints.kind.empty() && hints.kind != kind) continue;
      Result<DataSet> set = checked_set(path, {.kind = find_kind(kind),
                                               .venue = std::string(to_string(venue)),
                                               .symbol = name,
                                               .interval = "",
                                               .origin = std::string(origin)});
      if (!set) return std::unexpected(set.error());
      sets.push_back(*std::move(set));
    }
  }
  if (!sets.empty()) return sets;
  if (contents.symbols.empty()) {
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it holds no depth, trade or best bid and ask of {}", path, to_string(venue)));
  }
  return fail(ErrorCode::kUsage, fmt::format("{}: it holds nothing of the --symbol and --kind asked for", path));
}

Result<std::unique_ptr<RowReader>> rows_of(const OpenRecording& open, const DataSet& set, const RecordedSpan& span,
                                           std::shared_ptr<const RecordingContents> contents) {
  const Result<Venue> venue = parse_venue(set.venue);
  if (!venue) return std::unexpected(venue.error());
  auto reader = open();
  if (!reader) return std::unexpected(reader.error());
  MessageFilter filter{.venue = *venue, .symbol = set.symbol, .from = span.from, .to = span.to};
  return std::make_unique<RecordingRows>(*std::move(reader), set, std::move(filter), std::move(contents));
}

// All sets of a recording in one reading, put aside set by set.
class RecordingSplit {
 public:
  RecordingSplit(RecordedMessages messages, const std::vector<DataSet>& sets, RowSpill& spill)
      : messages_(std::move(messages)), spill_(&spill) {
    for (std::size_t i = 0; i < sets.size(); ++i) lanes_[sets[i].symbol].push_back({i, MessageRows(*sets[i].kind)});
  }

  Result<void> run() {
    for (;;) {
      const auto got = messages_.next();
      if (!got) return std::unexpected(got.error());
      if (*got == RecordedMessages::Got::kEnd) return spill_->finish();
      const Result<void> put = *got == RecordedMessages::Got::kBad ? put_bad() : put_rows();
      if (!put) return put;
    }
  }

 private:
  struct Lane {
    std::size_t set;
    MessageRows rows;
  };

  // With the first set of its symbol; where nobody knows that, with the first of all.
  Result<void> put_bad() {
    const auto lanes = lanes_.find(messages_.symbol());
    const std::size_t set = lanes == lanes_.end() ? 0 : lanes->second.front().set;
    return spill_->add_bad(set, {messages_.problem(), messages_.text()}, messages_.line_number());
  }

  Result<void> put_rows() {
    const auto lanes = lanes_.find(messages_.symbol());
    if (lanes == lanes_.end()) return {};  // an answer only, without a stream
    // Trades have theirs in them.
    const bool is_trade = std::holds_alternative<Trade>(messages_.message().body);
    const auto ts_event = is_trade ? std::nullopt : messages_.ts_event();
    Row row;
    for (Lane& lane : lanes->second) {
      lane.rows.add(messages_.message(), messages_.ts_recv(), ts_event);
      while (lane.rows.take(row)) {
        if (Result<void> put = spill_->add(lane.set, row, messages_.line_number()); !put) return put;
      }
    }
    return {};
  }

  RecordedMessages messages_;
  RowSpill* spill_;
  std::map<std::string, std::vector<Lane>, std::less<>> lanes_;  // by symbol
};

class RecordingSource final : public OpenedSource {
 public:
  RecordingSource(OpenRecording open, std::shared_ptr<const RecordingContents> contents, std::vector<DataSet> sets,
                  MessageFilter filter)
      : open_(std::move(open)), contents_(std::move(contents)), sets_(std::move(sets)), filter_(std::move(filter)) {}

  [[nodiscard]] const std::vector<DataSet>& sets() const override { return sets_; }
  // Of several sets the recording is read once, by whoever asks first.
  Result<std::unique_ptr<RowReader>> reader(const DataSet& set, const std::string& folder) override {
    if (sets_.size() == 1) return rows_of(open_, set, {}, contents_);
    if (!spill_) {
      auto made = split(folder);
      if (!made) return std::unexpected(made.error());
      spill_.emplace(*std::move(made));
    }
    const auto at = std::ranges::find(sets_, set);
    ACTS_ASSERT(at != sets_.end());
    return spill_->open(static_cast<std::size_t>(at - sets_.begin()));
  }

 private:
  Result<RowSpill> split(const std::string& folder) const {
    auto spill = RowSpill::create(folder, sets_);
    if (!spill) return spill;
    auto reader = open_();
    if (!reader) return std::unexpected(reader.error());
    const auto books = std::ranges::find(sets_, kBooks, [](const DataSet& set) { return set.kind->name; });
    const std::string untold = unassigned_text(*contents_);
    if (!untold.empty() && books != sets_.end()) {
      const Result<void> told = spill->add_bad(static_cast<std::size_t>(books - sets_.begin()), {untold, {}}, 0);
      if (!told) return std::unexpected(told.error());
    }
    RecordedMessages messages(*std::move(reader), filter_, *contents_);
    if (Result<void> done = RecordingSplit(std::move(messages), sets_, *spill).run(); !done) {
      return std::unexpected(done.error());
    }
    return spill;
  }

  OpenRecording open_;
  std::shared_ptr<const RecordingContents> contents_;
  std::vector<DataSet> sets_;
  MessageFilter filter_;
  std::optional<RowSpill> spill_;  // of sets_
};

}  // namespace

bool is_recording(std::string_view /*path*/, std::string_view head) {
  const std::string_view line = first_line_of(head);
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  return digits > 0 && digits <= kMostTimeDigits && line.substr(digits).starts_with(" {");
}

std::optional<Venue> venue_of_recording(const std::string& path) {
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    if (const Result<Venue> venue = parse_venue(part.string())) return *venue;
  }
  auto reader = RecordingReader::open({path});
  if (!reader) return std::nullopt;
  while (reader->lines() < kLinesLookedAt) {
    const auto item = reader->next();
    if (!item && item.error().code != ErrorCode::kBadInput) return std::nullopt;
    if (!item) continue;
    if (!*item) return std::nullopt;
    if (const auto* line = std::get_if<RecordedLine>(&**item)) {
      if (const auto venue = binance::venue_of_update(line->json)) return venue;
      continue;
    }
    const auto& event = std::get<IndexEntry>(**item).event;
    const auto* started = std::get_if<index::RunStarted>(&event);
    const auto* continued = std::get_if<index::RunContinued>(&event);
    if (started == nullptr && continued == nullptr) continue;
    if (const Result<Venue> venue = parse_venue(started != nullptr ? started->venue : continued->venue)) return *venue;
  }
  return std::nullopt;
}

Result<std::unique_ptr<OpenedSource>> open_recording_source(const std::string& path, const SourceHints& hints) {
  const Result<Venue> venue = venue_told(path, hints);
  if (!venue) return std::unexpected(venue.error());
  return open_recording_source(
      path, [path] { return RecordingReader::open({path}); }, *venue, hints, DataSet::kRecording);
}

Result<std::unique_ptr<OpenedSource>> open_recording_source(std::string_view path, OpenRecording open, Venue venue,
                                                            const SourceHints& hints, std::string_view origin) {
  auto contents = contents_of(open, venue);
  if (!contents) return std::unexpected(contents.error());
  auto sets = sets_of(path, *contents, venue, hints, origin);
  if (!sets) return std::unexpected(sets.error());
  return std::make_unique<RecordingSource>(std::move(open),
                                           std::make_shared<const RecordingContents>(*std::move(contents)),
                                           *std::move(sets), MessageFilter{.venue = venue, .symbol = hints.symbol});
}

Result<std::unique_ptr<RowReader>> open_recording_rows(const OpenRecording& open, const DataSet& set,
                                                       const RecordedSpan& span) {
  const Result<Venue> venue = parse_venue(set.venue);
  if (!venue) return std::unexpected(venue.error());
  auto contents = contents_of(open, *venue);
  if (!contents) return std::unexpected(contents.error());
  return rows_of(open, set, span, std::make_shared<const RecordingContents>(*std::move(contents)));
}

Result<std::unique_ptr<RowReader>> open_segment_rows(const OpenRecording& open, const DataSet& set) {
  auto contents = std::make_shared<RecordingContents>();
  contents->symbols[set.symbol] = {};
  return rows_of(open, set, {}, std::move(contents));
}

}  // namespace acts::history
