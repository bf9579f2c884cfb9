// Text as it may stand in a URL, for the request and stream names of this room.
#pragma once

#include <string>
#include <string_view>

namespace acts::binance {

// Appends `text`; every byte but [A-Za-z0-9-_.~] and those of `keep` becomes %XX.
void append_percent_encoded(std::string& out, std::string_view text, std::string_view keep = {});

}  // namespace acts::binance
