#include "exchange/market_source.hpp"

#include <algorithm>

namespace acts::exchange {
namespace {

constexpr std::string_view kHead = R"({"stream":")";
constexpr std::string_view kMiddle = R"(","data":)";

}  // namespace

std::optional<EnvelopeParts> split_combined(std::string_view text) {
  if (!text.starts_with(kHead) || !text.ends_with('}')) return std::nullopt;
  const std::size_t name_end = text.find('"', kHead.size());
  if (name_end == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(kHead.size(), name_end - kHead.size());
  if (name.contains('\\') || !text.substr(name_end).starts_with(kMiddle)) return std::nullopt;
  const std::size_t payload_begin = name_end + kMiddle.size();
  if (payload_begin >= text.size() - 1) return std::nullopt;
  return EnvelopeParts{name, text.substr(payload_begin, text.size() - 1 - payload_begin)};
}

std::optional<MarketMessage> as_combined(std::string text) {
  const std::optional<EnvelopeParts> parts = split_combined(text);
  if (!parts) return std::nullopt;
  MarketMessage message;
  message.name_begin = kHead.size();
  message.name_size = parts->stream.size();
  message.payload_begin = kHead.size() + parts->stream.size() + kMiddle.size();
  message.combined = std::move(text);
  return message;
}

MarketMessage make_combined(std::string_view stream, std::string_view payload) {
  MarketMessage message;
  message.combined.reserve(kHead.size() + stream.size() + kMiddle.size() + payload.size() + 1);
  for (const std::string_view part : {kHead, stream, kMiddle, payload}) message.combined += part;
  message.combined += '}';
  message.name_begin = kHead.size();
  message.name_size = stream.size();
  message.payload_begin = kHead.size() + stream.size() + kMiddle.size();
  return message;
}

SymbolIndex MarketSource::find(std::string_view symbol) const {
  const std::span<const ListedSymbol> all = symbols();
  const auto found =
      std::ranges::find_if(all, [symbol](const ListedSymbol& s) { return s.instrument.symbol == symbol; });
  return found == all.end() ? kNoSymbol : static_cast<SymbolIndex>(found - all.begin());
}

}  // namespace acts::exchange
