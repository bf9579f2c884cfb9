#include "history/import/repeated_levels.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kFirstLevelSlots = 256;
// 2^64 divided by the golden ratio.
constexpr std::uint64_t kLevelSpread = 0x9E37'79B9'7F4A'7C15U;

std::uint64_t mixed_hash(std::uint64_t hash, int128 value) {
  for (const int128 part : {value, value >> 64}) {
    hash = (hash ^ static_cast<std::uint64_t>(part)) * kLevelSpread;
    hash ^= hash >> 32U;
  }
  return hash;
}

}  // namespace

RepeatedLevels::RepeatedLevels(const Kind& kind)
    : event_(column_index(kind, "ts_event")),
      update_id_(column_index(kind, "update_id")),
      is_snapshot_(column_index(kind, "is_snapshot")),
      is_bid_(column_index(kind, "is_bid")),
      price_(column_index(kind, "price")),
      quantity_(column_index(kind, "quantity")) {}

RepeatedLevels::Verdict RepeatedLevels::look(const Row& row) {
  if (row.integer(0) != received_ns_) clear();
  received_ns_ = row.integer(0);
  const Level level = level_of(row);
  if (slots_.size() < 2 * (held_.size() + 1)) grow();
  const std::size_t slot = slot_of(level);
  if (slots_[slot] != 0) {
    // Of both forms quantities have the same decimals.
    int128& last = held_[slots_[slot] - 1].quantity;
    if (last == row.values[quantity_]) return Verdict::kRepeated;
    last = row.values[quantity_];
    return Verdict::kNew;
  }
  if (held_.size() == kMost) return Verdict::kTooMany;
  held_.push_back({.level = level, .quantity = row.values[quantity_], .slot = slot});
  slots_[slot] = static_cast<std::uint32_t>(held_.size());
  return Verdict::kNew;
}

RepeatedLevels::Message RepeatedLevels::message_of(const Row& row) {
  const bool is_snapshot = row.values[is_snapshot_] != 0;
  if (!row.is_null(update_id_)) {
    return {.update_id = row.values[update_id_], .has_id = true, .is_snapshot = is_snapshot};
  }
  if (is_snapshot != was_snapshot_) ++turn_;
  was_snapshot_ = is_snapshot;
  return {.ts_event = row.values[event_], .turn = turn_, .is_snapshot = is_snapshot};
}

RepeatedLevels::Level RepeatedLevels::level_of(const Row& row) {
  static const int kScale = decimal_shape(CellType::kPrice, DecimalForm::kWide).scale;
  const int scale = decimal_shape(CellType::kPrice, row.form).scale;
  return {.message = message_of(row),
          .price = row.values[price_] * power_of_ten(kScale - scale),
          .has_price = !row.is_null(price_),
          .is_bid = row.values[is_bid_] != 0};
}

// Where it is, or would be.
std::size_t RepeatedLevels::slot_of(const Level& level) const {
  std::uint64_t hash = mixed_hash(static_cast<std::uint64_t>(level.is_bid), level.price);
  hash = mixed_hash(hash, level.message.update_id);
  hash = mixed_hash(hash, level.message.ts_event);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  while (slots_[slot] != 0 && held_[slots_[slot] - 1].level != level) slot = (slot + 1) & mask;
  return slot;
}

// By what is held: the slots of a large message before are not gone through for each small one.
void RepeatedLevels::clear() {
  for (const Held& held : held_) slots_[held.slot] = 0;
  held_.clear();
  turn_ = 0;
}

void RepeatedLevels::grow() {
  slots_.assign(slots_.empty() ? kFirstLevelSlots : 2 * slots_.size(), 0);
  for (std::size_t i = 0; i < held_.size(); ++i) {
    held_[i].slot = slot_of(held_[i].level);
    slots_[held_[i].slot] = static_cast<std::uint32_t>(i + 1);
  }
}

}  // namespace acts::history
