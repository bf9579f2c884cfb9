// Tells a Sealer whose a message is: as the MarketPipeline that took it has read it. Not thread-safe.
#pragma once

#include <string_view>

#include "acts/market/venue.hpp"

#include "binance/decoder.hpp"
#include "recording/sealer.hpp"

namespace acts {

class MessageOwner final : public LineOwner {
 public:
  explicit MessageOwner(Venue venue) : decoder_(venue) {}

  void add_symbol(std::string_view symbol) override { decoder_.add(symbol, Scales{}); }
  std::string_view symbol_of(std::string_view json) override {
    const binance::Decoded message = decoder_.decode(json);
    const binance::InstrumentIndex index = message ? message->instrument : message.error().instrument;
    if (index == binance::kNoInstrument) return {};
    if (message) decoder_.remember_scales(index, *message);
    return decoder_.symbol(index);
  }

 private:
  binance::Decoder decoder_;
};

}  // namespace acts
