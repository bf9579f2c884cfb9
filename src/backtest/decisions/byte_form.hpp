// Numbers and texts as bytes, small ones as few of them: what decision logs and messages between processes are made of.
// Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/decimal.hpp"

namespace acts::backtest {

class ByteWriter {
 public:
  void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  // Seven bits a byte, the lowest first.
  void number(std::uint64_t value);
  // Near 0 as few as a number.
  void integer(std::int64_t value);
  void flag(bool value) { byte(value ? 1 : 0); }
  void real(double value);  // its eight bytes
  void decimal(const Decimal& value);
  void text(std::string_view value);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

// Takes values off the front. Once something is amiss it gives zeros and stays so; what was made of it is then to be
// thrown away. `bytes` outlive this.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t byte();
  std::uint64_t number();
  std::int64_t integer();
  bool flag() { return count(1) == 1; }
  double real();
  Decimal decimal();
  // 0 ... `most`.
  std::uint64_t count(std::uint64_t most);
  // At most so many bytes; points into those that are read.
  std::string_view text(std::size_t most);
  // One of an enumeration's first `last` + 1 values.
  template <typename Enum>
  Enum one_of(Enum last) {
    return static_cast<Enum>(count(static_cast<std::uint64_t>(last)));
  }
  void refuse() { is_bad_ = true; }

  [[nodiscard]] bool is_bad() const { return is_bad_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  // All was taken and nothing amiss.
  [[nodiscard]] bool is_done() const { return !is_bad_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_bad_ = false;
};

// FNV-1a, 32 bits: tells values apart, guards against nothing.
constexpr std::uint32_t digest_of(std::string_view bytes) {
  std::uint32_t digest = 2'166'136'261U;
  for (const char c : bytes) digest = (digest ^ static_cast<std::uint8_t>(c)) * 16'777'619U;
  return digest;
}

}  // namespace acts::backtest
