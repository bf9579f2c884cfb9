// The symbols a decoder knows: name -> index and scales: those of the instrument, and those its messages are read at.
// Lookup takes the venue's spelling.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/market/price.hpp"

#include "binance/messages.hpp"

namespace acts::binance {

class SymbolTable {
 public:
  InstrumentIndex add(std::string_view symbol, Scales scales) {
    const auto [entry, is_new] = index_.try_emplace(std::string(symbol), static_cast<InstrumentIndex>(scales_.size()));
    if (is_new) {
      scales_.push_back(scales);
      instrument_scales_.push_back(scales);
      names_.emplace_back(symbol);
    }
    return entry->second;
  }
  // Messages of one symbol often follow each other: the last one found is tried first.
  [[nodiscard]] InstrumentIndex find(std::string_view symbol) const {
    if (last_ != kNoInstrument && names_[last_] == symbol) return last_;
    const auto entry = index_.find(symbol);
    if (entry == index_.end()) return kNoInstrument;
    return last_ = entry->second;
  }
  [[nodiscard]] std::string_view name(InstrumentIndex index) const { return names_.at(index); }
  // kNoInstrument has no decimals: its values are decoded at the least scales that hold them.
  [[nodiscard]] Scales scales(InstrumentIndex index) const {
    return index == kNoInstrument ? Scales{} : scales_[index];
  }
  // As it was added with.
  [[nodiscard]] Scales instrument_scales(InstrumentIndex index) const {
    return index == kNoInstrument ? Scales{} : instrument_scales_[index];
  }
  // What does not fit at scales() may be read at instrument_scales().
  [[nodiscard]] bool may_be_coarser() const { return may_be_coarser_; }
  void refuse_coarser() { may_be_coarser_ = false; }
  void set_scales(InstrumentIndex index, Scales scales) {
    ACTS_ASSERT(index < scales_.size());
    scales_[index] = scales;
  }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, InstrumentIndex, Hash, std::equal_to<>> index_;
  std::vector<Scales> scales_;
  std::vector<Scales> instrument_scales_;
  bool may_be_coarser_ = true;
  std::deque<std::string> names_;  // handed-out names stay valid
  mutable InstrumentIndex last_ = kNoInstrument;
};

}  // namespace acts::binance
