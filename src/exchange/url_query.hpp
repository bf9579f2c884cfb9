// The query part of a URL as a server reads it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acts::exchange {

struct QueryParameter {
  std::string name;
  std::string value;
};

// %XX and "+" decoded; a "%" that no two hexadecimal digits follow stays as it is.
std::string percent_decode(std::string_view text, bool plus_is_blank = true);

// "symbol=BTCUSDT&limit=5", in order, decoded; parts without a name are left out.
std::vector<QueryParameter> parse_query(std::string_view query);

// The first value of that name; nullptr if there is none.
const std::string* find_parameter(const std::vector<QueryParameter>& parameters, std::string_view name);

}  // namespace acts::exchange
