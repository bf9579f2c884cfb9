// Bodies of captured REST answers, from lines "<URL> -> <unix time>: <body>".
#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "support/testdata.hpp"

namespace acts::binance::test {

// The body of the first line whose URL contains `url_part`; empty if there is none.
inline std::string captured_body(std::string_view file, std::string_view url_part) {
  std::ifstream in(acts::test::testdata("cryptofeed/").append(file));
  for (std::string line; std::getline(in, line);) {
    const std::size_t arrow = line.find(" -> ");
    const std::size_t body = line.find(": ", arrow == std::string::npos ? 0 : arrow);
    if (arrow == std::string::npos || body == std::string::npos) continue;
    if (line.substr(0, arrow).find(url_part) != std::string::npos) return line.substr(body + 2);
  }
  return {};
}

}  // namespace acts::binance::test
