#include "history/day_rows.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "history/day_recording.hpp"
#include "history/signature.hpp"
#include "store/sqlite_store.hpp"

namespace acts::history {
namespace {

// The columns that are looked at, and where each of them is in a row.
struct Selection {
  RowSchema schema;
  std::vector<std::optional<std::size_t>> places;

  [[nodiscard]] MinuteRow of(const MinuteRow& row) const {
    MinuteRow selected;
    for (const auto& place : places) selected.values.push_back(place ? row.values[*place] : Value{});
    return selected;
  }
};

Selection select(const RowSchema& schema, const std::vector<std::string>& columns) {
  Selection selection;
  if (columns.empty()) {
    selection.schema = schema;
    for (std::size_t i = 0; i < schema.columns.size(); ++i) selection.places.emplace_back(i);
    return selection;
  }
  for (const std::string& name : columns) {
    const auto found = std::ranges::find(schema.columns, name, &Column::name);
    const bool is_there = found != schema.columns.end();
    selection.schema.columns.push_back(is_there ? *found : Column{name, ColumnType::kText, true});
    selection.places.push_back(is_there ? std::optional(static_cast<std::size_t>(found - schema.columns.begin()))
                                        : std::nullopt);
  }
  return selection;
}

class Collector {
 public:
  Collector(const RowSchema& schema, const std::vector<std::string>& columns, UnixNanos day)
      : selection_(select(schema, columns)), gaps_(schema, day, day + kDay) {
    state_ = place_of(schema, "state");
    reason_ = place_of(schema, "reason");
  }
  void add(const MinuteRow& row) {
    ++facts_.present;
    const std::string state = text(row, state_);
    const std::string reason = text(row, reason_);
    ++facts_.states[state];
    if (state == "live") ++facts_.live;
    if (!reason.empty()) ++facts_.reasons[reason];
    line_.clear();
    append_json(line_, selection_.schema, selection_.of(row));
    digest_.add(line_);
    append(gaps_.add(row));
  }
  RowFacts finish() {
    append(gaps_.finish());
    facts_.sha256 = digest_.finish();
    for (const Column& column : selection_.schema.columns) facts_.columns.push_back(column.name);
    return std::move(facts_);
  }

 private:
  static std::optional<std::size_t> place_of(const RowSchema& schema, std::string_view name) {
    const auto found = std::ranges::find(schema.columns, name, &Column::name);
    if (found == schema.columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - schema.columns.begin());
  }
  static std::string text(const MinuteRow& row, std::optional<std::size_t> place) {
    const auto* value = place ? std::get_if<std::string>(&row.values[*place]) : nullptr;
    return value != nullptr ? *value : std::string();
  }
  void append(std::vector<RowGap> gaps) { std::ranges::move(gaps, std::back_inserter(facts_.not_live)); }

  Selection selection_;
  GapFinder gaps_;
  std::optional<std::size_t> state_;
  std::optional<std::size_t> reason_;
  Sha256 digest_;
  std::string line_;
  RowFacts facts_;
};

}  // namespace

Result<RowFacts> day_rows(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos day,
                          const std::vector<std::string>& columns) {
  const std::string path = (std::filesystem::path(data_dir) / "acts.db").string();
  if (!std::filesystem::exists(path)) {
    RowFacts none;
    none.columns = columns;
    none.sha256 = sha256_of("");
    return none;
  }
  const auto store = SqliteStore::open_to_read(path);
  if (!store) return std::unexpected(store.error());
  Collector collector((*store)->schema(), columns, day);
  const auto read = (*store)->read({std::string(to_string(venue)), symbol, day, day + kDay}, [&](const MinuteRow& row) {
    collector.add(row);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  RowFacts facts = collector.finish();
  const auto last = (*store)->last_sample_time(to_string(venue), symbol);
  if (!last) return std::unexpected(last.error());
  facts.has_later = *last && **last >= day + kDay;
  return facts;
}

}  // namespace acts::history
