// SPDX-License-Identifier: GPL-2.0-only
/* IPsec by ChaCha20-Poly1305 (RFC 7634). */
#include "esp.h"

static void a_tunnel_by_chacha20_poly1305_hides_what_it_carries(void **state)
{
	struct chain c;

	esp_tunnel(&c, *state, ESP_CHACHA20_POLY1305);
	esp_carries(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_tunnel_by_chacha20_poly1305_hides_what_it_carries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
