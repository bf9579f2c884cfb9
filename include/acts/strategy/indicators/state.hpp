// What a strategy keeps from one process to the next, as bytes: numbers, one after the other, in an order of its own.
// Each indicator begins with its parameters, so that a state of others is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/indicators/window_fold.hpp"

namespace acts::indicators {

class StateWriter {
 public:
  void number(double value);
  void integer(std::int64_t value);
  void optional(const std::optional<double>& value);

  // Eight a number, the lowest byte first.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Takes numbers off the front of a saved state. Once something is amiss it gives zeros and stays so; what was restored
// from it is then to be thrown away. `bytes` outlive this.
class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : rest_(bytes) {}

  // Finite.
  double number();
  std::int64_t integer();
  // 0 ... `most`.
  std::size_t count(std::size_t most);
  bool flag() { return count(1) == 1; }
  std::optional<double> optional();
  // Must be `wanted`: a state of another period is none of this indicator's.
  void expect(std::int64_t wanted);
  void expect_number(double wanted);
  void refuse() { is_bad_ = true; }

  [[nodiscard]] bool is_bad() const { return is_bad_; }
  // Errors: kBadInput, unless all numbers were taken and none was amiss. `what`: whose state it is.
  [[nodiscard]] Result<void> end(std::string_view what) const;

 private:
  std::uint64_t word();
  std::string_view rest_;
  bool is_bad_ = false;
};

inline void write_value(StateWriter& state, double value) { state.number(value); }
inline void write_value(StateWriter& state, std::int64_t value) { state.integer(value); }
inline void read_value(StateReader& state, double& value) { value = state.number(); }
inline void read_value(StateReader& state, std::int64_t& value) { value = state.integer(); }

template <typename Value, typename Fold>
void save_window(const WindowFold<Value, Fold>& window, StateWriter& state) {
  state.integer(window.period());
  state.integer(static_cast<std::int64_t>(window.position()));
  state.integer(window.is_full() ? 1 : 0);
  for (const Value value : window.ring()) write_value(state, value);
}

template <typename Value, typename Fold>
void restore_window(WindowFold<Value, Fold>& window, StateReader& state) {
  state.expect(window.period());
  const std::size_t position = state.count(window.ring().size());
  const bool is_full = state.flag();
  if (is_full && position == 0) state.refuse();
  if (!is_full && position == window.ring().size()) state.refuse();
  std::vector<Value> ring(window.ring().size());
  for (Value& value : ring) {
    if (state.is_bad()) return;
    read_value(state, value);
  }
  if (!state.is_bad()) window.restore(ring, position, is_full);
}

}  // namespace acts::indicators
