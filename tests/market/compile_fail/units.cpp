// Prices, quantities, notionals and update ids are not numbers and not each other.
#include "acts/market/level_map.hpp"
#include "acts/market/price.hpp"

namespace {

acts::Notional value_of(acts::Price price, acts::Quantity quantity) { return price * quantity; }

[[maybe_unused]] acts::Notional worth(acts::Level level) { return value_of(level.price, level.quantity); }
[[maybe_unused]] acts::Level level() { return {acts::Price{1}, acts::Quantity{2}}; }
[[maybe_unused]] bool better(acts::Price a, acts::Price b) { return a > b; }
[[maybe_unused]] acts::UpdateId next(acts::UpdateId id) { return id.next(); }

#ifdef ACTS_MUST_NOT_COMPILE_price_plus_quantity
auto sum(acts::Price price, acts::Quantity quantity) { return price + quantity; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_price_less_than_quantity
bool less(acts::Price price, acts::Quantity quantity) { return price < quantity; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_price_equals_quantity
bool equal(acts::Price price, acts::Quantity quantity) { return price == quantity; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_price_from_integer
acts::Price from_integer() { return 100; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_price_equals_integer
bool equal(acts::Price price) { return price == 100; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_price_to_integer
std::int64_t to_integer(acts::Price price) { return price; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_quantity_from_integer
acts::Quantity from_integer() { return 100; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_quantity_from_price
acts::Quantity from_price(acts::Price price) { return acts::Quantity{price}; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_quantity_for_price
bool find(const acts::LevelMap& levels, acts::Quantity quantity) { return levels.find(quantity).has_value(); }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_integer_for_price
bool find(const acts::LevelMap& levels) { return levels.find(100).has_value(); }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_swapped_arguments
acts::Notional swapped(acts::Price price, acts::Quantity quantity) { return value_of(quantity, price); }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_swapped_level
acts::Level swapped() { return {acts::Quantity{2}, acts::Price{1}}; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_price_times_price
auto square(acts::Price price) { return price * price; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_notional_for_quantity
acts::Quantity quantity_of(acts::Notional notional) { return notional; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_notional_less_than_price
bool less(acts::Notional notional, acts::Price price) { return notional < price; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_integer_for_update_id
acts::UpdateId from_integer() { return 100; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_update_id_to_integer
std::int64_t to_integer(acts::UpdateId id) { return id; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_update_id_plus_integer
acts::UpdateId next(acts::UpdateId id, std::int64_t n) { return id + n; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_update_id_less_than_price
bool less(acts::UpdateId id, acts::Price price) { return id < price; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_side_from_integer
acts::Side from_integer() { return 0; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_aggressor_for_side
acts::Side side_of(acts::AggressorSide aggressor) { return aggressor; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_copied_level_map
acts::LevelMap copy(const acts::LevelMap& levels) { return levels; }
#endif

}  // namespace
