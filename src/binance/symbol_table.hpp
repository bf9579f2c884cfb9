// The symbols a decoder knows: name -> index and scales. Lookup takes the venue's spelling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/market/price.hpp"

#include "binance/messages.hpp"

namespace acts::binance {

class SymbolTable {
 public:
  InstrumentIndex add(std::string_view symbol, Scales scales) {
    if (const InstrumentIndex known = find(symbol); known != kNoInstrument) return known;
    const auto index = static_cast<InstrumentIndex>(names_.size());
    scales_.push_back(scales);
    names_.emplace_back(symbol);
    if (2 * names_.size() > slots_.size()) {
      slots_.assign(2 * slots_.size(), kNoInstrument);
      for (InstrumentIndex i = 0; i < index; ++i) slots_[slot_of(names_[i])] = i;
    }
    slots_[slot_of(symbol)] = index;
    return index;
  }
  [[nodiscard]] InstrumentIndex find(std::string_view symbol) const { return slots_[slot_of(symbol)]; }
  [[nodiscard]] std::string_view name(InstrumentIndex index) const { return names_.at(index); }
  // kNoInstrument has no decimals: its values are decoded at the least scales that hold them.
  [[nodiscard]] Scales scales(InstrumentIndex index) const {
    return index == kNoInstrument ? Scales{} : scales_[index];
  }
  void set_scales(InstrumentIndex index, Scales scales) {
    ACTS_ASSERT(index < scales_.size());
    scales_[index] = scales;
  }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  // Two words cover a symbol of up to 16 bytes; what lies between them in a longer one is told apart by comparing.
  static std::uint64_t hash(std::string_view text) {
    const auto word = [](const char* at, std::size_t size) {
      std::uint64_t bytes = 0;
      size == 8 ? std::memcpy(&bytes, at, 8) : size == 4 ? std::memcpy(&bytes, at, 4) : std::memcpy(&bytes, at, 1);
      return bytes;
    };
    if (text.empty()) return 0;
    const std::size_t size = text.size() >= 8 ? 8 : text.size() >= 4 ? 4 : 1;
    const std::uint64_t first = word(text.data(), size);
    const std::uint64_t last = word(text.data() + text.size() - size, size);
    const std::uint64_t mixed = (first ^ (last << 7 | last >> 57) ^ text.size()) * 0x9E37'79B9'7F4A'7C15ULL;
    return mixed ^ (mixed >> 32);
  }
  // Where the symbol is, or would be: at most half of the slots are taken.
  [[nodiscard]] std::size_t slot_of(std::string_view symbol) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash(symbol) & mask;
    while (slots_[slot] != kNoInstrument && names_[slots_[slot]] != symbol) slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<InstrumentIndex> slots_ = std::vector<InstrumentIndex>(16, kNoInstrument);
  std::vector<Scales> scales_;
  std::deque<std::string> names_;  // handed-out names stay valid
};

}  // namespace acts::binance
