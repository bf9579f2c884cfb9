#include "collector/stream_peek.hpp"

#include <charconv>
#include <cstdint>

namespace acts::collector {
namespace {

// Where the levels begin, so that no number behind is taken for an id.
constexpr std::string_view kLevels = R"("b":[)";

std::optional<UpdateId> find_id(std::string_view head, std::string_view key) noexcept {
  const std::size_t at = head.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(head.data() + at + key.size(), head.data() + head.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  return UpdateId{value};
}

}  // namespace

std::optional<StreamPeek> peek_stream(std::string_view json) noexcept {
  constexpr std::string_view kBegin = R"({"stream":")";
  if (!json.starts_with(kBegin)) return std::nullopt;
  const std::string_view rest = json.substr(kBegin.size());
  const std::size_t end = rest.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  StreamPeek peek{rest.substr(0, end), {}, {}};
  const std::size_t levels = rest.find(kLevels);
  if (levels == std::string_view::npos) return peek;
  const std::string_view head = rest.substr(end, levels - end);
  peek.first_update_id = find_id(head, R"("U":)");
  peek.previous_last_update_id = find_id(head, R"("pu":)");
  return peek;
}

std::optional<UpdateId> peek_last_update_id(std::string_view json) noexcept {
  return find_id(json, R"("lastUpdateId":)");
}

}  // namespace acts::collector
