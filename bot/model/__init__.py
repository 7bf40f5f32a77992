"""The stateless gateway to the language model: one port, the Azure adapter, its guard, failover, prices."""
