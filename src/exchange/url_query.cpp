#include "exchange/url_query.hpp"

#include <algorithm>
#include <charconv>

namespace acts::exchange {

std::string percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus_is_blank ? ' ' : text[i]);
    }
  }
  return out;
}

std::vector<QueryParameter> parse_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    if (name.empty()) continue;
    const std::string_view value = equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
    parameters.push_back({percent_decode(name), percent_decode(value)});
  }
  return parameters;
}

const std::string* find_parameter(const std::vector<QueryParameter>& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &QueryParameter::name);
  return found == parameters.end() ? nullptr : &found->value;
}

}  // namespace acts::exchange
