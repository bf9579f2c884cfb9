#include "exchange/true_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "acts/base/assert.hpp"

namespace acts::exchange {
namespace {

// True if `a` stands in front of `b`: is the worse of the two.
bool worse(Side side, Price a, Price b) { return side == Side::kBid ? a < b : a > b; }

// Most of what changes is at one of the ends.
auto position_of(Side side, auto& levels, Price price) {
  if (levels.empty() || !worse(side, levels.front().price, price)) return levels.begin();
  if (const Price best = levels.back().price; !worse(side, price, best)) return levels.end() - (price == best ? 1 : 0);
  return side == Side::kBid ? std::ranges::lower_bound(levels, price, std::ranges::less{}, &Level::price)
                            : std::ranges::lower_bound(levels, price, std::ranges::greater{}, &Level::price);
}

std::vector<Level> sorted(Side side, std::span<const Level> levels) {
  std::vector<Level> result;
  result.reserve(levels.size());
  std::ranges::copy_if(levels, std::back_inserter(result),
                       [](const Level& level) { return !level.quantity.is_zero(); });
  std::ranges::sort(result, [side](Price a, Price b) { return worse(side, a, b); }, &Level::price);
  return result;
}

bool multiply(Level& level, std::int64_t price_factor, std::int64_t quantity_factor) {
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  if (__builtin_mul_overflow(level.price.units(), price_factor, &price) ||
      __builtin_mul_overflow(level.quantity.units(), quantity_factor, &quantity)) {
    return false;
  }
  level = {Price{price}, Quantity{quantity}};
  return true;
}

constexpr std::size_t kMostFixedBytes = 24 + kMostFixedDecimals;
constexpr std::size_t kAroundLevel = 7;  // ["",""]
using FixedText = std::array<char, kMostFixedBytes>;

char* put_before(char* end, std::string_view text) { return std::ranges::copy_backward(text, end).out; }

// In front of `end`, where kMostFixedBytes have room. Gives where it begins.
char* write_fixed(char* end, std::int64_t units, int scale, int decimals) {
  ACTS_ASSERT(scale >= 0 && decimals >= scale && decimals <= kMostFixedDecimals);
  char* at = end;
  for (int zeros = decimals - scale; zeros > 0; --zeros) *--at = '0';
  std::uint64_t rest = units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  for (int digits = scale; digits > 0; --digits, rest /= 10) *--at = static_cast<char>('0' + rest % 10);
  if (decimals > 0) *--at = '.';
  do {
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (units < 0) *--at = '-';
  return at;
}

}  // namespace

Result<void> TrueBook::rescale(Scales finer) {
  ACTS_ASSERT(finer.covers(scales_));
  const std::int64_t price_factor = power_of_ten(finer.price - scales_.price);
  const std::int64_t quantity_factor = power_of_ten(finer.quantity - scales_.quantity);
  TrueBook raised = *this;
  const auto raise = [=](Level& level) { return multiply(level, price_factor, quantity_factor); };
  bool fits = std::ranges::all_of(raised.bids_.view(), raise) && std::ranges::all_of(raised.asks_.view(), raise);
  for (Undo& undo : raised.history_) fits = fits && (!undo.level || raise(*undo.level));
  if (!fits) {
    return fail(ErrorCode::kBadInput,
                fmt::format("a level does not fit 64 bits with {} decimals of price and {} of quantity", finer.price,
                            finer.quantity));
  }
  raised.scales_ = finer;
  *this = std::move(raised);
  return {};
}

void TrueBook::reset(UpdateId id, BookTimes times, std::span<const Level> bids, std::span<const Level> asks) {
  bids_ = LevelArray(sorted(Side::kBid, bids));
  asks_ = LevelArray(sorted(Side::kAsk, asks));
  last_update_id_ = id;
  times_ = times;
  history_.clear();
  remembered_ = 0;
}

// Gives what was there.
Quantity TrueBook::set_level(Side side, LevelArray& book, const Level& level) {
  const std::span<Level> all = book.view();
  const auto found = position_of(side, all, level.price);
  const auto at = static_cast<std::size_t>(found - all.begin());
  const bool known = found != all.end() && found->price == level.price;
  const Quantity old = known ? found->quantity : Quantity{};
  if (known && level.quantity.is_zero()) {
    book.erase(at);
  } else if (known) {
    found->quantity = level.quantity;
  } else if (!level.quantity.is_zero()) {
    book.insert(at, level);
  }
  return old;
}

void TrueBook::apply_side(Side side, std::span<const Level> levels, const Undo& undo) {
  LevelArray& book = side == Side::kBid ? bids_ : asks_;
  for (const Level& level : levels) {
    const Quantity old = set_level(side, book, level);
    if (history_limit_ == 0) continue;
    history_.push_back(undo);
    history_.back().side = side;
    history_.back().level = Level{level.price, old};
  }
}

void TrueBook::apply(UpdateId id, BookTimes times, std::span<const Level> bids, std::span<const Level> asks) {
  ACTS_ASSERT(id >= last_update_id_);
  const Undo undo{id, last_update_id_, times_};
  apply_side(Side::kBid, bids, undo);
  apply_side(Side::kAsk, asks, undo);
  last_update_id_ = id;
  times_ = times;
  if (history_limit_ == 0) return;
  if (bids.empty() && asks.empty()) history_.push_back(undo);
  history_.back().is_last = true;
  ++remembered_;
  forget_beyond_limit();
}

std::optional<Level> TrueBook::best(Side side) const {
  const std::span<const Level> all = levels(side);
  if (all.empty()) return std::nullopt;
  return all.back();
}

Quantity TrueBook::quantity_at(Side side, Price price) const {
  const std::span<const Level> all = levels(side);
  const auto at = position_of(side, all, price);
  return at != all.end() && at->price == price ? at->quantity : Quantity{};
}

bool TrueBook::crossed() const {
  const std::optional<Level> bid = best(Side::kBid);
  const std::optional<Level> ask = best(Side::kAsk);
  return bid && ask && bid->price >= ask->price;
}

void TrueBook::keep_history(std::size_t updates) {
  history_limit_ = updates;
  forget_beyond_limit();
}

void TrueBook::forget_beyond_limit() {
  while (remembered_ > history_limit_) {
    if (history_.front().is_last) --remembered_;
    history_.pop_front();
  }
}

std::optional<TrueBook> TrueBook::at(UpdateId id) const {
  const UpdateId oldest = history_.empty() ? last_update_id_ : history_.front().previous_id;
  if (id < oldest) return std::nullopt;
  TrueBook book(scales_);
  book.bids_ = bids_;
  book.asks_ = asks_;
  book.last_update_id_ = last_update_id_;
  book.times_ = times_;
  // Backwards, so that of two changes of one price the first one's old value stays.
  for (auto undo = history_.rbegin(); undo != history_.rend() && undo->id > id; ++undo) {
    if (undo->level) set_level(undo->side, undo->side == Side::kBid ? book.bids_ : book.asks_, *undo->level);
    book.last_update_id_ = undo->previous_id;
    book.times_ = undo->previous_times;
  }
  return book;
}

void append_fixed(std::string& out, std::int64_t units, int scale, int decimals) {
  FixedText text;
  char* const end = text.data() + text.size();
  out.append(write_fixed(end, units, scale, decimals), end);
}

void append_level(std::string& out, const Level& level, Scales scales, Scales decimals) {
  std::array<char, 2 * kMostFixedBytes + kAroundLevel> text;
  char* const end = text.data() + text.size();
  char* at = put_before(end, "\"]");
  at = write_fixed(at, level.quantity.units(), scales.quantity, decimals.quantity);
  at = put_before(at, "\",\"");
  at = write_fixed(at, level.price.units(), scales.price, decimals.price);
  at = put_before(at, "[\"");
  out.append(at, end);
}

void append_levels(std::string& out, const TrueBook& book, Side side, std::size_t count, Scales decimals) {
  const std::span<const Level> all = book.levels(side);
  const Scales scales = book.scales();
  const Scales shown{std::max(decimals.price, scales.price), std::max(decimals.quantity, scales.quantity)};
  out.push_back('[');
  for (std::size_t i = 0; i < std::min(count, all.size()); ++i) {
    if (i > 0) out.push_back(',');
    append_level(out, all[all.size() - 1 - i], scales, shown);
  }
  out.push_back(']');
}

}  // namespace acts::exchange
