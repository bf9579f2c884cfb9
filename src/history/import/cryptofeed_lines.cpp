#include "history/import/cryptofeed_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "history/import/capture_binance.hpp"
#include "history/import/capture_lines.hpp"
#include "history/import/row_spill.hpp"
#include "history/import/source_file.hpp"
#include "history/import/stream_rows.hpp"

namespace acts::history {
namespace {

// Venue, symbol, kind.
using CaptureKey = std::tuple<std::string, std::string, std::string_view>;
CaptureKey key_of(const CapturePart& part) { return {part.venue, part.symbol, part.kind->name}; }

bool is_wanted(const std::string& hint, std::string_view said) { return hint.empty() || hint == said; }

// Whether it may be of what the hints choose.
bool may_concern(const CaptureSubject& subject, const SourceHints& hints) {
  const auto may_be = [](const std::string& hint, std::string_view told) {
    return told.empty() || is_wanted(hint, told);
  };
  return may_be(hints.venue, subject.venue) && may_be(hints.symbol, subject.symbol) &&
         may_be(hints.kind, subject.kind == nullptr ? std::string_view() : subject.kind->name);
}

// What a capture holds of what is chosen, and how many messages are of other things.
struct CaptureContents {
  std::map<CaptureKey, const Kind*> sets;
  bool has_others = false;  // books or trades that are not chosen
  std::string left_out;
  std::string first_bad;  // "line 3: …"; empty without any
};

Result<CaptureLines> lines_of(const CaptureFile& file, const std::string& exchange) {
  auto bytes = file.open();
  if (!bytes) return std::unexpected(bytes.error());
  return CaptureLines(*std::move(bytes), exchange);
}

Result<CaptureContents> look_through(const CaptureFile& file, const std::string& exchange, const SourceHints& hints) {
  auto lines = lines_of(file, exchange);
  if (!lines) return std::unexpected(lines.error());
  CaptureContents contents;
  for (;;) {
    const auto got = lines->next();
    if (!got) return fail(got.error().code, fmt::format("{}: {}", file.name, got.error().message));
    if (*got == CaptureLines::Got::kEnd) break;
    if (*got == CaptureLines::Got::kBad && contents.first_bad.empty()) {
      contents.first_bad = fmt::format("line {}: {}", lines->place(), lines->bad().reason);
    }
    // The reading that takes them tells all.
    if (*got == CaptureLines::Got::kBad) continue;
    for (const CapturePart& part : lines->parts()) {
      const bool is_chosen = may_concern({part.kind, part.venue, part.symbol}, hints);
      if (is_chosen) contents.sets.emplace(key_of(part), part.kind);
      contents.has_others = contents.has_others || !is_chosen;
    }
    if (contents.sets.size() > kMostCaptureSets) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: it holds more than {} data sets: import it in parts, by --venue, --symbol or --kind",
                              file.name, kMostCaptureSets));
    }
  }
  contents.left_out = lines->left_out().text();
  return contents;
}

Result<std::vector<DataSet>> sets_of(const CaptureFile& file, const CaptureContents& contents) {
  std::vector<DataSet> sets;
  for (const auto& [key, kind] : contents.sets) {
    const auto& [venue, symbol, name] = key;
    Result<DataSet> set = checked_set(
        file.name,
        {.kind = kind, .venue = venue, .symbol = symbol, .interval = "", .origin = std::string(DataSet::kCryptofeed)});
    if (!set) return std::unexpected(set.error());
    sets.push_back(*std::move(set));
  }
  if (!sets.empty()) return sets;
  if (!contents.has_others) {
    const std::string besides = contents.left_out.empty() ? "" : fmt::format(", but {}", contents.left_out);
    const std::string bad = contents.first_bad.empty() ? "" : fmt::format("; {}", contents.first_bad);
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it holds no book and no trade that can be read{}{}", file.name, besides, bad));
  }
  return fail(ErrorCode::kUsage,
              fmt::format("{}: it holds nothing of the --venue, --symbol and --kind asked for", file.name));
}

// All sets of a capture in one reading, put aside set by set.
class CaptureSplit {
 public:
  CaptureSplit(CaptureLines lines, const std::vector<DataSet>& sets, const SourceHints& hints, RowSpill& spill)
      : lines_(std::move(lines)), hints_(&hints), spill_(&spill) {
    for (std::size_t i = 0; i < sets.size(); ++i) {
      lanes_.emplace(CaptureKey{sets[i].venue, sets[i].symbol, sets[i].kind->name}, Lane{.set = i});
    }
  }

  Result<void> run() {
    for (;;) {
      const auto got = lines_.next();
      if (!got) return std::unexpected(got.error());
      if (*got == CaptureLines::Got::kEnd) return spill_->finish();
      const Result<void> put = *got == CaptureLines::Got::kBad ? put_bad() : put_parts();
      if (!put) return put;
    }
  }

 private:
  struct Lane {
    std::size_t set = 0;
    StreamRows counted = {};
  };

  Result<void> put_bad() {
    if (!may_concern(lines_.subject(), *hints_)) return {};
    return spill_->add_bad(0, lines_.bad(), lines_.place());
  }

  Result<void> put_parts() {
    for (const CapturePart& part : lines_.parts()) {
      const auto lane = lanes_.find(key_of(part));
      if (lane == lanes_.end()) continue;  // not asked for
      for (Row row : part.rows) {
        if (part.kind->is_stream) lane->second.counted.number(row);
        if (Result<void> put = spill_->add(lane->second.set, row, lines_.place()); !put) return put;
      }
    }
    return {};
  }

  CaptureLines lines_;
  const SourceHints* hints_;
  RowSpill* spill_;
  std::map<CaptureKey, Lane> lanes_;
};

class CaptureSource final : public OpenedSource {
 public:
  CaptureSource(CaptureFile file, std::string exchange, std::vector<DataSet> sets, SourceHints hints,
                std::string left_out)
      : file_(std::move(file)),
        exchange_(std::move(exchange)),
        sets_(std::move(sets)),
        hints_(std::move(hints)),
        left_out_(std::move(left_out)) {}

  [[nodiscard]] const std::vector<DataSet>& sets() const override { return sets_; }
  [[nodiscard]] std::string left_out() const override { return left_out_; }
  Result<std::unique_ptr<RowReader>> reader(const DataSet& set, const std::string& folder) override {
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
    auto lines = lines_of(file_, exchange_);
    if (!lines) return std::unexpected(lines.error());
    if (Result<void> done = CaptureSplit(*std::move(lines), sets_, hints_, *spill).run(); !done) {
      return std::unexpected(done.error());
    }
    return spill;
  }

  CaptureFile file_;
  std::string exchange_;
  std::vector<DataSet> sets_;
  SourceHints hints_;  // that chose them
  std::string left_out_;
  std::optional<RowSpill> spill_;  // of sets_
};

}  // namespace

Result<std::unique_ptr<OpenedSource>> open_cryptofeed_lines(CaptureFile file, const SourceHints& hints) {
  std::string head;
  {
    auto bytes = file.open();
    if (!bytes) return std::unexpected(bytes.error());
    LineReader lines(*std::move(bytes), CaptureLines::kMostLineBytes);
    const auto first = lines.next();
    if (!first) return std::unexpected(first.error());
    head = first->value_or("");
  }
  const Result<std::string> exchange = exchange_of_capture(file.name, head);
  if (!exchange) return std::unexpected(exchange.error());
  if (const auto venue = venue_of_capture(*exchange)) return open_binance_lines(std::move(file), *venue, hints);
  auto contents = look_through(file, *exchange, hints);
  if (!contents) return std::unexpected(contents.error());
  auto sets = sets_of(file, *contents);
  if (!sets) return std::unexpected(sets.error());
  return std::make_unique<CaptureSource>(std::move(file), *exchange, *std::move(sets), hints,
                                         std::move(contents->left_out));
}

Result<std::unique_ptr<OpenedSource>> open_cryptofeed_lines(const std::string& path, const SourceHints& hints) {
  return open_cryptofeed_lines(CaptureFile{.name = path, .open = [path] { return open_any_source(path); }}, hints);
}

}  // namespace acts::history
