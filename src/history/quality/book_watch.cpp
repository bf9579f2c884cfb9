#include "history/quality/book_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

const int kScale = decimal_shape(CellType::kPrice, DecimalForm::kWide).scale;

int128 price_of(const Row& row, std::size_t column) {
  const int scale = decimal_shape(CellType::kPrice, row.form).scale;
  return row.values[column] * power_of_ten(kScale - scale);
}

std::string text_of(int128 price) { return to_string(Decimal{price, kScale}); }

std::size_t column_of(const Kind& kind, std::string_view name) {
  const auto column = find_column(kind, name);
  ACTS_ASSERT(column.has_value());
  return *column;
}

}  // namespace

// Bybit: u goes up by one over snapshots too, and is 1 in that of a restart. Coinbase: sequence_num counts the messages
// of a connection. OKX: an update may have a seqId below its prevSeqId, and the next ones go on from there
// (bybit-exchange.github.io/docs/v5, "Orderbook"; okx.com/docs-v5, "Order book channel"; read 2026-11).
BookIds BookIds::of_venue(std::string_view venue) {
  const bool is_bybit = venue.starts_with("bybit");
  const bool is_okx = venue.starts_with("okex");
  return {.has_snapshots_in_stream = is_bybit || is_okx || venue == "coinbase",
          .has_snapshots_among_ids = is_bybit,
          .may_begin_anew = is_okx};
}

BookWatch::BookWatch(const Kind& kind, BookIds ids, DayFindings& findings)
    : ids_(ids),
      findings_(&findings),
      received_(column_of(kind, "ts_recv_ns")),
      event_(column_of(kind, "ts_event")),
      first_id_(column_of(kind, "first_update_id")),
      update_id_(column_of(kind, "update_id")),
      prev_id_(column_of(kind, "prev_update_id")),
      is_snapshot_(column_of(kind, "is_snapshot")),
      is_bid_(column_of(kind, "is_bid")),
      price_(column_of(kind, "price")),
      quantity_(column_of(kind, "quantity")) {}

void BookWatch::look(const Row& row, std::int64_t time) {
  const bool continues = message_.is_open && row.integer(received_) == message_.received_ns &&
                         row.is_null(update_id_) != message_.has_id && row.integer(update_id_) == message_.update_id &&
                         (row.values[is_snapshot_] != 0) == message_.is_snapshot;
  if (!continues) {
    end_message();
    begin_message(row, time);
  }
  take_level(row);
}

void BookWatch::begin_message(const Row& row, std::int64_t time) {
  if (row.integer(received_) < message_.received_ns) {
    findings_->add({.kind = FindingKind::kStepBack, .first = time, .last = time, .detail = "ts_recv_ns"});
  }
  message_ = {.is_open = true,
              .received_ns = row.integer(received_),
              .time = time,
              .update_id = row.integer(update_id_),
              .id_before = before_of(row).id.value_or(row.integer(update_id_) - 1),
              .has_id = !row.is_null(update_id_),
              .is_snapshot = row.values[is_snapshot_] != 0};
  if (message_.is_snapshot) {
    snapshot_ = {.id = message_.has_id ? std::optional(message_.update_id) : std::nullopt, .time = time};
  } else if (message_.has_id) {
    check_ids(row, time);
  }
}

// Binance's rule: an update of futures names the one before (pu), one of spot begins where that ended (U = u + 1). The
// first one behind a snapshot may begin in front of it, and never behind the one that would be next.
void BookWatch::check_ids(const Row& row, std::int64_t time) {
  const std::int64_t id = message_.update_id;
  const Before before = before_of(row);
  const bool is_restart = ids_.may_begin_anew && before.is_named && id < *before.id;
  const bool begins_anew =
      ids_.has_snapshots_in_stream && has_last_ && snapshot_ && snapshot_->id && *snapshot_->id < last_id_;
  const bool goes_back = has_last_ && !is_restart && !begins_anew && id <= last_id_;
  if (begins_anew)
    note_restart(snapshot_->time, fmt::format("snapshot {} behind update_id {}", *snapshot_->id, last_id_));
  if (is_restart) note_restart(time, fmt::format("update_id {} behind {}", id, *before.id));
  if (goes_back) {
    note_back(time, id);
    if (id != last_id_) snapshot_.reset();
  } else {
    check_next(before, begins_anew, time);
  }
  has_last_ = true;
  last_id_ = id;
  last_time_ = time;
}

void BookWatch::check_next(const Before& before, bool begins_anew, std::int64_t time) {
  const std::optional<Snapshot> snapshot = std::exchange(snapshot_, std::nullopt);
  const bool is_behind = snapshot && snapshot->id && (!has_last_ || begins_anew || *snapshot->id > last_id_);
  if (is_behind) check_behind(*snapshot, before, time);
  if (!has_last_ || begins_anew) return;
  const bool is_healed = is_behind || (snapshot && !snapshot->id);
  check_between(before, is_behind ? snapshot->id : std::nullopt, is_healed, time);
}

BookWatch::Before BookWatch::before_of(const Row& row) const {
  if (!row.is_null(prev_id_)) return {.id = row.integer(prev_id_), .is_named = true};
  if (!row.is_null(first_id_)) return {.id = row.integer(first_id_) - 1};
  return {};
}

void BookWatch::note_back(std::int64_t time, std::int64_t id) {
  const bool again = id == last_id_;
  findings_->add(
      {.kind = again ? FindingKind::kRepeated : FindingKind::kStepBack,
       .first = time,
       .last = time,
       .detail = again ? fmt::format("update_id {}", id) : fmt::format("update_id {} behind {}", id, last_id_)});
}

void BookWatch::note_restart(std::int64_t time, std::string detail) {
  findings_->add({.kind = FindingKind::kRestart, .first = time, .last = time, .detail = std::move(detail)});
}

void BookWatch::check_behind(const Snapshot& snapshot, const Before& before, std::int64_t time) {
  if (!before.id || *before.id <= *snapshot.id) return;
  findings_->add(
      {.kind = FindingKind::kGap,
       .first = snapshot.time,
       .last = time,
       .count = before.is_named ? 1 : static_cast<std::uint64_t>(*before.id - *snapshot.id),
       .detail = before.is_named
                     ? fmt::format("updates between the snapshot {} and {}", *snapshot.id, *before.id)
                     : fmt::format("update ids {} to {} behind the snapshot", *snapshot.id + 1, *before.id)});
  forget_book();
}

// `snapshot`: what is behind it is looked at already.
void BookWatch::check_between(const Before& before, std::optional<std::int64_t> snapshot, bool is_healed,
                              std::int64_t time) {
  if (!before.id) return;
  const std::int64_t last_missing = snapshot ? *snapshot - (ids_.has_snapshots_among_ids ? 1 : 0) : *before.id;
  const std::int64_t until = std::min(*before.id, last_missing);
  const bool is_missing = before.is_named ? *before.id != last_id_ && until == *before.id : until > last_id_;
  if (!is_missing) return;
  std::string detail = before.is_named ? fmt::format("updates between {} and {}", last_id_, until)
                                       : fmt::format("update ids {} to {}", last_id_ + 1, until);
  if (is_healed) detail += "; a snapshot came in between";
  findings_->add({.kind = FindingKind::kGap,
                  .first = last_time_,
                  .last = time,
                  .count = before.is_named ? 1 : static_cast<std::uint64_t>(until - last_id_),
                  .detail = std::move(detail)});
  if (!is_healed) forget_book();
}

void BookWatch::forget_book() {
  bids_.clear();
  asks_.clear();
  last_told_.clear();
  told_from_.reset();
}

void BookWatch::take_level(const Row& row) {
  if (row.is_null(price_) || row.is_null(is_bid_)) return;
  const bool is_bid = row.values[is_bid_] != 0;
  const int128 price = price_of(row, price_);
  if (told_.size() < kMostLevels) {
    const bool may_be_several = !message_.has_id && !message_.is_snapshot;
    told_.push_back({.place = told_.size(),
                     .is_bid = is_bid,
                     .price = price,
                     .quantity = row.values[quantity_],
                     .ts_event = may_be_several ? row.integer(event_) : 0});
  }
  const bool is_there = !row.is_null(quantity_) && row.values[quantity_] != 0;
  if (!message_.is_snapshot && message_.has_id) note_told(is_bid, price);
  std::set<int128>& side = message_.is_snapshot ? (is_bid ? new_bids_ : new_asks_) : (is_bid ? bids_ : asks_);
  if (!is_there) {
    side.erase(price);
    return;
  }
  side.insert(price);
  if (side.size() > kMostLevels) side.erase(is_bid ? side.begin() : std::prev(side.end()));
}

// A level occurs once in a message. Updates without ids may be several messages of one moment: of those it may change.
void BookWatch::check_levels() {
  std::ranges::sort(
      told_, {}, [](const ToldLevel& told) { return std::tuple(told.is_bid, told.price, told.ts_event, told.place); });
  std::vector<const ToldLevel*> repeated;
  std::vector<const ToldLevel*> changed;
  for (std::size_t i = 1; i < told_.size(); ++i) {
    if (!told_[i].is_same_level(told_[i - 1])) continue;
    (told_[i].quantity == told_[i - 1].quantity ? repeated : changed).push_back(&told_[i]);
  }
  note_levels(FindingKind::kRepeated, repeated, "levels of one message");
  if (message_.has_id || message_.is_snapshot) {
    note_levels(FindingKind::kContradiction, changed, "levels of one message that have several quantities in it");
  }
  told_.clear();
}

void BookWatch::note_levels(FindingKind kind, const std::vector<const ToldLevel*>& levels, std::string_view what) {
  if (levels.empty()) return;
  const ToldLevel& first = *levels.front();
  findings_->add(
      {.kind = kind,
       .first = message_.time,
       .last = message_.time,
       .count = levels.size(),
       .detail = fmt::format("{}, the first {} {}", what, first.is_bid ? "bid" : "ask", text_of(first.price))});
}

void BookWatch::note_told(bool is_bid, int128 price) {
  if (!told_from_) told_from_ = message_.id_before;
  if (last_told_.size() == kMostTold) {
    told_from_ = last_told_.front().id;
    last_told_.pop_front();
  }
  last_told_.push_back({.id = message_.update_id, .price = price, .is_bid = is_bid});
}

// Out of the snapshot what was told of since, and into it what is there of that.
void BookWatch::keep_newer_levels() {
  const auto newer =
      std::ranges::find_if(last_told_, [this](const Told& told) { return told.id > message_.update_id; });
  for (auto told = newer; told != last_told_.end(); ++told) {
    const std::set<int128>& side = told->is_bid ? bids_ : asks_;
    std::set<int128>& shown = told->is_bid ? new_bids_ : new_asks_;
    if (side.contains(told->price)) {
      shown.insert(told->price);
    } else {
      shown.erase(told->price);
    }
  }
}

void BookWatch::replace_by_snapshot() {
  const bool may_be_older = message_.has_id && !ids_.has_snapshots_in_stream && told_from_.has_value();
  if (may_be_older && message_.update_id < *told_from_) {
    new_bids_.clear();
    new_asks_.clear();
    return;
  }
  const std::optional<int128> lowest = new_bids_.empty() ? std::nullopt : std::optional(*new_bids_.begin());
  const std::optional<int128> highest = new_asks_.empty() ? std::nullopt : std::optional(*std::prev(new_asks_.end()));
  if (may_be_older) keep_newer_levels();
  if (lowest) bids_.erase(bids_.lower_bound(*lowest), bids_.end());
  if (highest) asks_.erase(asks_.begin(), asks_.upper_bound(*highest));
  bids_.merge(new_bids_);
  asks_.merge(new_asks_);
  new_bids_.clear();
  new_asks_.clear();
}

void BookWatch::end_message() {
  if (!message_.is_open) return;
  message_.is_open = false;
  check_levels();
  if (message_.is_snapshot) replace_by_snapshot();
  const bool was_crossed = is_crossed_;
  is_crossed_ = !bids_.empty() && !asks_.empty() && *std::prev(bids_.end()) >= *asks_.begin();
  if (!is_crossed_ || was_crossed) return;
  findings_->add({.kind = FindingKind::kCrossed,
                  .first = message_.time,
                  .last = message_.time,
                  .detail = fmt::format("bid {}, ask {}", text_of(*std::prev(bids_.end())), text_of(*asks_.begin()))});
}

void BookWatch::interrupt() {
  end_message();
  message_.received_ns = 0;
  has_last_ = false;
  snapshot_.reset();
  is_crossed_ = false;
  forget_book();
}

}  // namespace acts::history
