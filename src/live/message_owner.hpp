// Tells a Sealer whose a message is: as the MarketPipeline that took it has read it. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

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

// The same, but for messages that are refused, whose symbol it may tell where that one tells none: several times as
// fast where stream and message name the same symbol in the usual places. For whoever decodes the message itself.
class QuickOwner final : public LineOwner {
 public:
  explicit QuickOwner(Venue venue) : owner_(venue) {}

  void add_symbol(std::string_view symbol) override {
    owner_.add_symbol(symbol);
    std::string stream(symbol);
    for (char& c : stream) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    by_stream_.try_emplace(std::move(stream), symbol);
  }
  std::string_view symbol_of(std::string_view json) override {
    constexpr std::string_view kStream = R"({"stream":")";
    constexpr std::string_view kSymbol = R"("s":")";
    constexpr std::size_t kMostBefore = 256;
    if (!json.starts_with(kStream)) return owner_.symbol_of(json);
    const std::string_view head = json.substr(kStream.size(), kMostBefore);
    const auto named = by_stream_.find(head.substr(0, head.find('@')));
    const std::size_t at = head.find(kSymbol);
    if (named == by_stream_.end() || at == std::string_view::npos) return owner_.symbol_of(json);
    const std::string_view text = head.substr(at + kSymbol.size());
    const std::string& symbol = named->second;
    const bool is_same = text.starts_with(symbol) && text.substr(symbol.size()).starts_with('"');
    return is_same ? std::string_view(symbol) : owner_.symbol_of(json);
  }

 private:
  MessageOwner owner_;
  std::map<std::string, std::string, std::less<>> by_stream_;
};

}  // namespace acts
